#include "widgets/style.h"

#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QDockWidget>
#include <QHeaderView>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>
#include <QTabBar>
#include <QTableView>
#include <QToolBar>
#include <QToolButton>
#include <algorithm>

#include "widgets/icons.h"
#include "widgets/style_draw.h"
#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kScrollBarWidth = 10;

/// A tool bar at the lower edge of the window.
bool isFootBar(const QWidget* widget) {
    const auto* bar = qobject_cast<const QToolBar*>(widget);
    const auto* window =
        bar != nullptr ? qobject_cast<const QMainWindow*>(bar->parentWidget()) : nullptr;
    return window != nullptr && window->toolBarArea(bar) == Qt::BottomToolBarArea;
}

/// What lies under a scroll bar: the ground of the view that it scrolls.
QColor groundOf(const QWidget* bar) {
    for (const QWidget* widget = bar; widget != nullptr; widget = widget->parentWidget()) {
        if (const auto* area = qobject_cast<const QAbstractScrollArea*>(widget)) {
            const QWidget* view = area->viewport();
            return view->palette().color(view->backgroundRole());
        }
    }
    return themeColors().window;
}

bool isPrimary(const QWidget* widget) {
    return widget != nullptr && widget->property("qlPrimary").toBool();
}

}  // namespace

Style::Style() : QProxyStyle(QStringLiteral("Fusion")) {}

void Style::polish(QWidget* widget) {
    QProxyStyle::polish(widget);
    if (qobject_cast<QAbstractButton*>(widget) || qobject_cast<QComboBox*>(widget) ||
        qobject_cast<QLineEdit*>(widget) || qobject_cast<QAbstractSpinBox*>(widget) ||
        qobject_cast<QTabBar*>(widget) || qobject_cast<QHeaderView*>(widget)) {
        widget->setAttribute(Qt::WA_Hover);
    }
    if (auto* tabs = qobject_cast<QTabBar*>(widget)) tabs->setDrawBase(true);
    if (auto* header = qobject_cast<QHeaderView*>(widget)) {
        header->setFont(smallFont(header->font()));
    }
}

QIcon Style::standardIcon(StandardPixmap which, const QStyleOption* option,
                          const QWidget* widget) const {
    return which == SP_TitleBarCloseButton ? icon(QStringLiteral("close"), IconTint::muted)
                                           : QProxyStyle::standardIcon(which, option, widget);
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption* option,
                       const QWidget* widget) const {
    switch (metric) {
        case PM_ScrollBarExtent:
            return kScrollBarWidth;
        case PM_ScrollBarSliderMin:
            return 28;
        case PM_SplitterWidth:
        case PM_DockWidgetSeparatorExtent:
        case PM_DockWidgetFrameWidth:
            return metric == PM_DockWidgetFrameWidth ? 0 : 1;
        case PM_DockWidgetTitleMargin:
            return 8;
        case PM_DockWidgetTitleBarButtonMargin:
            return 4;
        case PM_ToolBarFrameWidth:
            return 0;
        case PM_ToolBarItemMargin:
            return isFootBar(widget) ? 0 : 6;
        case PM_FocusFrameHMargin:
            return 5;
        case PM_ToolBarItemSpacing:
            return 4;
        case PM_ToolBarSeparatorExtent:
            return 17;
        case PM_ToolBarIconSize:
        case PM_SmallIconSize:
        case PM_ButtonIconSize:
            return 16;
        case PM_MenuBarPanelWidth:
            return 0;
        case PM_MenuBarItemSpacing:
            return 2;
        case PM_MenuBarHMargin:
            return 4;
        case PM_MenuBarVMargin:
            return 2;
        case PM_MenuPanelWidth:
            return 1;
        case PM_MenuVMargin:
            return 4;
        case PM_TabBarTabHSpace:
            return 26;
        case PM_TabBarTabVSpace:
            return 16;
        case PM_TabBarTabShiftVertical:
        case PM_TabBarTabShiftHorizontal:
        case PM_TabBarBaseOverlap:
        case PM_ButtonShiftHorizontal:
        case PM_ButtonShiftVertical:
            return 0;
        case PM_TabBarBaseHeight:
            return 1;
        case PM_HeaderMargin:
            return 6;
        case PM_IndicatorWidth:
        case PM_IndicatorHeight:
        case PM_ExclusiveIndicatorWidth:
        case PM_ExclusiveIndicatorHeight:
            return draw::kIndicator;
        case PM_SliderThickness:
        case PM_SliderLength:
        case PM_SliderControlThickness:
            return 16;
        case PM_LayoutLeftMargin:
        case PM_LayoutTopMargin:
        case PM_LayoutRightMargin:
        case PM_LayoutBottomMargin:
            return 8;
        case PM_LayoutHorizontalSpacing:
        case PM_LayoutVerticalSpacing:
            return 8;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                     QStyleHintReturn* result) const {
    switch (hint) {
        case SH_EtchDisabledText:
        case SH_DitherDisabledText:
        case SH_ScrollView_FrameOnlyAroundContents:
        case SH_TabBar_PreferNoArrows:
        case SH_ComboBox_Popup:
        case SH_DialogButtonBox_ButtonsHaveIcons:
        case SH_Header_ArrowAlignment:
            return hint == SH_Header_ArrowAlignment ? int(Qt::AlignRight | Qt::AlignVCenter) : 0;
        case SH_TabBar_Alignment:
            return Qt::AlignLeft;
        case SH_TabBar_ElideMode:
            return Qt::ElideNone;
        case SH_ScrollBar_LeftClickAbsolutePosition:
        case SH_ItemView_ShowDecorationSelected:
        case SH_Slider_AbsoluteSetButtons:
            return hint == SH_Slider_AbsoluteSetButtons ? int(Qt::LeftButton) : 1;
        default:
            return QProxyStyle::styleHint(hint, option, widget, result);
    }
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                              const QWidget* widget) const {
    QSize made = QProxyStyle::sizeFromContents(type, option, size, widget);
    const int line = option != nullptr ? option->fontMetrics.height() : 16;
    switch (type) {
        case CT_PushButton:
            made = QSize(size.width() + 24, std::max(size.height() + 8, line + 10));
            if (const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option)) {
                if (button->features & QStyleOptionButton::HasMenu) made.rwidth() += 14;
            }
            return made;
        case CT_ToolButton: {
            const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
            const bool withText =
                button != nullptr && button->toolButtonStyle != Qt::ToolButtonIconOnly;
            made = size + QSize(withText ? 20 : 10, 10);
            if (button != nullptr && (button->features & QStyleOptionToolButton::HasMenu)) {
                made.rwidth() += 14;
            }
            return made;
        }
        case CT_ComboBox:
            return {size.width() + 40, line + 10};
        case CT_LineEdit:
            return {size.width() + 16, line + 10};
        case CT_SpinBox:
            return {made.width() + 6, line + 10};
        case CT_MenuBarItem:
            return {size.width() + 16, size.height() + 10};
        case CT_MenuItem:
            if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
                if (item->menuItemType == QStyleOptionMenuItem::Separator) return {size.width(), 9};
                int width = 34 + size.width() + 24;
                if (item->text.contains(QLatin1Char('\t'))) width += 24;
                return {width, line + 10};
            }
            return made;
        case CT_ItemViewItem:
            return {made.width(), std::max(made.height(), line + 8)};
        case CT_HeaderSection: {
            // The arrow is small; the base class keeps more than a square of the line's height.
            const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
            if (!header || header->sortIndicator == QStyleOptionHeader::None) {
                return {made.width() + 8, line + 12};
            }
            QStyleOptionHeader plain(*header);
            plain.sortIndicator = QStyleOptionHeader::None;
            const QSize text = QProxyStyle::sizeFromContents(type, &plain, size, widget);
            return {text.width() + 20, line + 12};
        }
        case CT_ProgressBar:
            return {std::max(size.width(), 120), 16};
        default:
            return made;
    }
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                            SubControl subControl, const QWidget* widget) const {
    const QRect r = option->rect;
    if (control == CC_ScrollBar) {
        // No arrow buttons: the groove is the whole bar.
        const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        const bool flat = bar->orientation == Qt::Horizontal;
        const int length = flat ? r.width() : r.height();
        const qint64 range = qint64(bar->maximum) - bar->minimum;
        int handle = length;
        if (range > 0) {
            handle = static_cast<int>(qint64(length) * bar->pageStep / (range + bar->pageStep));
            handle = std::clamp(handle, std::min(28, length), length);
        }
        const int start = sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition,
                                                  length - handle, bar->upsideDown);
        const auto part = [&](int from, int size) {
            return flat ? QRect(r.left() + from, r.top(), size, r.height())
                        : QRect(r.left(), r.top() + from, r.width(), size);
        };
        switch (subControl) {
            case SC_ScrollBarGroove:
                return r;
            case SC_ScrollBarSlider:
                return part(start, handle);
            case SC_ScrollBarSubPage:
                return part(0, start);
            case SC_ScrollBarAddPage:
                return part(start + handle, length - start - handle);
            default:
                return {};
        }
    }
    if (control == CC_ComboBox) {
        switch (subControl) {
            case SC_ComboBoxEditField:
                return visualRect(option->direction, r, r.adjusted(8, 2, -22, -2));
            case SC_ComboBoxArrow:
                return visualRect(option->direction, r,
                                  QRect(r.right() - 22, r.top(), 22, r.height()));
            case SC_ComboBoxListBoxPopup:
                return r;
            default:
                break;
        }
    }
    if (control == CC_SpinBox) {
        constexpr int kButton = 18;
        const int half = r.height() / 2;
        const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        const bool plain = box != nullptr && box->buttonSymbols == QAbstractSpinBox::NoButtons;
        QRect part;
        switch (subControl) {
            case SC_SpinBoxUp:
                part = QRect(r.right() - kButton, r.top() + 1, kButton, half - 1);
                break;
            case SC_SpinBoxDown:
                part = QRect(r.right() - kButton, r.top() + half, kButton, half - 1);
                break;
            case SC_SpinBoxEditField:
                part = r.adjusted(4, 1, plain ? -4 : -kButton - 2, -1);
                break;
            default:
                return r;
        }
        if (plain && subControl != SC_SpinBoxEditField) return {};
        return visualRect(option->direction, r, part);
    }
    return QProxyStyle::subControlRect(control, option, subControl, widget);
}

QRect Style::subElementRect(SubElement element, const QStyleOption* option,
                            const QWidget* widget) const {
    if (element == SE_ProgressBarGroove || element == SE_ProgressBarContents) return option->rect;
    if (element == SE_TabBarTabText) return option->rect;
    if (element == SE_LineEditContents) {
        const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
        const int side = frame != nullptr && frame->lineWidth > 0 ? 6 : 2;
        return option->rect.adjusted(side, 1, -side, -1);
    }
    return QProxyStyle::subElementRect(element, option, widget);
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                          const QWidget* widget) const {
    const ThemeColors& c = themeColors();
    switch (element) {
        case PE_PanelButtonCommand: {
            const bool primary = isPrimary(widget);
            draw::box(painter, option->rect, draw::buttonFill(option, c, primary),
                      primary ? QColor() : draw::fieldLine(option, c));
            if (primary && draw::is(option, State_HasFocus) &&
                draw::is(option, State_KeyboardFocusChange)) {
                draw::box(painter, option->rect.adjusted(2, 2, -2, -2), {}, c.onAccent, 3);
            }
            return;
        }
        case PE_PanelButtonTool: {
            const bool primary = isPrimary(widget);
            const bool raised =
                option->state & (State_Sunken | State_On) ||
                (draw::is(option, State_MouseOver) && draw::is(option, State_Enabled));
            if (primary) {
                draw::box(painter, option->rect, draw::buttonFill(option, c, true), {});
            } else if (raised) {
                const bool down = option->state & (State_Sunken | State_On);
                draw::box(painter, option->rect,
                          down ? c.selection : draw::blend(c.bar, c.text, 0.08), {});
            } else if (!draw::is(option, State_AutoRaise)) {
                draw::box(painter, option->rect, c.bar, c.line);
            }
            if (draw::is(option, State_HasFocus)) draw::focusRing(painter, option->rect, c);
            return;
        }
        case PE_FrameDefaultButton:
            return;
        case PE_FrameFocusRect:
            if (qobject_cast<const QAbstractItemView*>(widget)) {
                draw::box(painter, option->rect, {}, c.accent, 2);
            } else {
                draw::focusRing(painter, option->rect.adjusted(-1, 0, 1, 0), c);
            }
            return;
        case PE_PanelLineEdit:
            if (const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option)) {
                const QColor fill = draw::is(option, State_Enabled)
                                        ? option->palette.color(QPalette::Base)
                                        : c.window;
                if (frame->lineWidth > 0) {
                    draw::box(painter, option->rect, fill, draw::fieldLine(option, c));
                } else {
                    painter->fillRect(option->rect.adjusted(1, 2, -1, -2), fill);
                }
                return;
            }
            break;
        case PE_FrameLineEdit:
            return;
        case PE_Frame:
        case PE_FrameGroupBox:
            draw::box(painter, option->rect, {}, c.line, 4);
            return;
        case PE_FrameStatusBarItem:
        case PE_FrameDockWidget:
            return;
        case PE_FrameTabWidget:
            return;
        case PE_FrameTabBarBase:
            draw::horizontalLine(painter, option->rect, option->rect.bottom(), c.line);
            return;
        case PE_FrameMenu:
            painter->setPen(c.line);
            painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
            return;
        case PE_PanelMenu:
            painter->fillRect(option->rect, c.panel);
            return;
        case PE_PanelMenuBar:
            painter->fillRect(option->rect, c.bar);
            return;
        case PE_PanelToolBar:
            painter->fillRect(option->rect, c.bar);
            return;
        case PE_PanelStatusBar:
            painter->fillRect(option->rect, c.bar);
            draw::horizontalLine(painter, option->rect, option->rect.top(), c.line);
            return;
        case PE_PanelTipLabel:
            painter->fillRect(option->rect, option->palette.color(QPalette::ToolTipBase));
            painter->setPen(c.line);
            painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
            return;
        case PE_IndicatorToolBarSeparator: {
            const QPoint mid = option->rect.center();
            if (draw::is(option, State_Horizontal)) {
                painter->fillRect(
                    QRect(mid.x(), option->rect.top() + 6, 1, option->rect.height() - 12), c.line);
            } else {
                draw::horizontalLine(painter, option->rect.adjusted(6, 0, -6, 0), mid.y(), c.line);
            }
            return;
        }
        case PE_IndicatorDockWidgetResizeHandle:
            painter->fillRect(option->rect, c.line);
            return;
        case PE_IndicatorCheckBox:
        case PE_IndicatorItemViewItemCheck:
            draw::check(painter, option, c, false);
            return;
        case PE_IndicatorRadioButton:
            draw::check(painter, option, c, true);
            return;
        case PE_IndicatorBranch:
            if (draw::is(option, State_Children)) {
                const QColor ink =
                    draw::is(option, State_Selected) ? c.mutedOn(c.selection) : c.muted;
                draw::chevronWithin(painter, option->rect, 8, ink,
                                    draw::is(option, State_Open) ? 0 : -90);
            }
            return;
        case PE_IndicatorArrowDown:
        case PE_IndicatorArrowUp:
        case PE_IndicatorArrowLeft:
        case PE_IndicatorArrowRight: {
            const qreal angle = element == PE_IndicatorArrowDown   ? 0
                                : element == PE_IndicatorArrowUp   ? 180
                                : element == PE_IndicatorArrowLeft ? 90
                                                                   : -90;
            draw::chevronWithin(painter, option->rect, 8,
                                draw::is(option, State_Enabled) ? c.mutedOn(c.bar) : c.line, angle);
            return;
        }
        case PE_PanelItemViewItem:
            QProxyStyle::drawPrimitive(element, option, painter, widget);
            if (const auto* table = qobject_cast<const QTableView*>(widget)) {
                if (!table->showGrid()) {
                    draw::horizontalLine(painter, option->rect, option->rect.bottom(), c.line);
                }
            }
            return;
        case PE_IndicatorHeaderArrow:
            if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
                draw::chevronWithin(painter, option->rect, 7, c.accent,
                                    header->sortIndicator == QStyleOptionHeader::SortUp ? 180 : 0);
            }
            return;
        default:
            break;
    }
    QProxyStyle::drawPrimitive(element, option, painter, widget);
}

void Style::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                        const QWidget* widget) const {
    const ThemeColors& c = themeColors();
    switch (element) {
        case CE_TabBarTabShape:
            if (const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option)) {
                return draw::tab(painter, tab, c);
            }
            break;
        case CE_TabBarTabLabel:
            if (const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option)) {
                return draw::tabLabel(painter, tab, c);
            }
            break;
        case CE_DockWidgetTitle:
            if (const auto* dock = qstyleoption_cast<const QStyleOptionDockWidget*>(option)) {
                return draw::dockTitle(
                    painter, dock, subElementRect(SE_DockWidgetTitleBarText, option, widget), c);
            }
            break;
        case CE_HeaderSection:
        case CE_HeaderEmptyArea:
            return draw::headerSection(painter, option, c);
        case CE_HeaderLabel:
            if (const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option)) {
                QStyleOptionHeader copy(*header);
                copy.state &= ~State_On;  // no bold headers of selected columns
                copy.palette.setColor(QPalette::ButtonText, c.muted);
                QProxyStyle::drawControl(element, &copy, painter, widget);
                return;
            }
            break;
        case CE_ProgressBarGroove:
        case CE_ProgressBarLabel:
            return;
        case CE_ProgressBarContents:
            if (const auto* bar = qstyleoption_cast<const QStyleOptionProgressBar*>(option)) {
                return draw::progress(painter, bar, c);
            }
            break;
        case CE_MenuItem:
            if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
                return draw::menuItem(painter, item, c);
            }
            break;
        case CE_MenuBarItem:
            if (const auto* item = qstyleoption_cast<const QStyleOptionMenuItem*>(option)) {
                return draw::menuBarItem(painter, item, widget != nullptr && widget->hasFocus(), c);
            }
            break;
        case CE_MenuBarEmptyArea:
            painter->fillRect(option->rect, c.bar);
            return;
        case CE_ToolBar:
            painter->fillRect(option->rect, c.bar);
            // The line faces the page.
            draw::horizontalLine(painter, option->rect,
                                 isFootBar(widget) ? option->rect.top() : option->rect.bottom(),
                                 c.line);
            return;
        case CE_Splitter:
            painter->fillRect(option->rect, c.line);
            return;
        case CE_PushButtonLabel:
            if (isPrimary(widget) && draw::is(option, State_Enabled)) {
                QStyleOptionButton copy(*qstyleoption_cast<const QStyleOptionButton*>(option));
                copy.palette.setColor(QPalette::ButtonText, c.onAccent);
                QProxyStyle::drawControl(element, &copy, painter, widget);
                return;
            }
            break;
        case CE_ToolButtonLabel:
            if (const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option)) {
                QStyleOptionToolButton copy(*button);
                if (isPrimary(widget) && draw::is(option, State_Enabled)) {
                    copy.palette.setColor(QPalette::ButtonText, c.onAccent);
                }
                if (copy.toolButtonStyle == Qt::ToolButtonTextBesideIcon) {
                    copy.rect.adjust(7, 0, -7, 0);
                }
                QProxyStyle::drawControl(element, &copy, painter, widget);
                return;
            }
            break;
        default:
            break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                               QPainter* painter, const QWidget* widget) const {
    const ThemeColors& c = themeColors();
    switch (control) {
        case CC_ToolButton:
            if (isPrimary(widget)) {
                // Its panel is drawn always, not only under the pointer.
                QStyleOptionToolButton copy(
                    *qstyleoption_cast<const QStyleOptionToolButton*>(option));
                copy.state &= ~State_AutoRaise;
                copy.state |= State_Raised;
                QProxyStyle::drawComplexControl(control, &copy, painter, widget);
                return;
            }
            break;
        case CC_ScrollBar:
            if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
                const QRect handle = subControlRect(control, option, SC_ScrollBarSlider, widget);
                return draw::scrollBar(painter, bar, handle, groundOf(widget), c);
            }
            break;
        case CC_Slider:
            if (const auto* slider = qstyleoption_cast<const QStyleOptionSlider*>(option)) {
                const QRect groove = subControlRect(control, option, SC_SliderGroove, widget);
                const QRect handle = subControlRect(control, option, SC_SliderHandle, widget);
                return draw::slider(painter, slider, groove, handle, c);
            }
            break;
        case CC_ComboBox:
            if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option)) {
                return draw::comboBox(painter, box, c);
            }
            break;
        case CC_SpinBox:
            if (const auto* box = qstyleoption_cast<const QStyleOptionSpinBox*>(option)) {
                const QRect up = subControlRect(control, option, SC_SpinBoxUp, widget);
                const QRect down = subControlRect(control, option, SC_SpinBoxDown, widget);
                return draw::spinBox(painter, box, up, down, c);
            }
            break;
        default:
            break;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

}  // namespace ql::gui
