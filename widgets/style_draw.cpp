#include "widgets/style_draw.h"

#include <QPainter>
#include <algorithm>

namespace ql::gui::draw {
namespace {

constexpr int kUnderline = 2;

}  // namespace

QColor blend(const QColor& below, const QColor& above, qreal share) {
    return QColor::fromRgbF(
        static_cast<float>(below.redF() + (above.redF() - below.redF()) * share),
        static_cast<float>(below.greenF() + (above.greenF() - below.greenF()) * share),
        static_cast<float>(below.blueF() + (above.blueF() - below.blueF()) * share));
}

void box(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& line,
         qreal radius) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(line.isValid() ? QPen(line, 1) : QPen(Qt::NoPen));
    painter->setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
    const qreal inset = line.isValid() ? 0.5 : 0;
    painter->drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius);
    painter->restore();
}

void horizontalLine(QPainter* painter, const QRect& rect, int y, const QColor& color) {
    painter->fillRect(QRect(rect.left(), y, rect.width(), 1), color);
}

QColor fieldLine(const QStyleOption* option, const ThemeColors& c) {
    if (is(option, QStyle::State_HasFocus) && is(option, QStyle::State_Enabled)) return c.accent;
    if (is(option, QStyle::State_MouseOver) && is(option, QStyle::State_Enabled)) {
        return blend(c.line, c.muted, 0.5);
    }
    return c.line;
}

QColor buttonFill(const QStyleOption* option, const ThemeColors& c, bool primary) {
    QColor fill = primary ? c.accent : c.bar;
    if (!is(option, QStyle::State_Enabled)) return primary ? blend(c.bar, c.accent, 0.35) : c.bar;
    if (is(option, QStyle::State_Sunken)) return blend(fill, c.dark ? Qt::black : c.text, 0.18);
    if (is(option, QStyle::State_On)) return c.selection;
    if (is(option, QStyle::State_MouseOver)) return blend(fill, c.text, 0.08);
    return fill;
}

void chevron(QPainter* painter, const QRectF& rect, const QColor& color, qreal angle) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->translate(rect.center());
    painter->rotate(angle);
    const qreal s = std::min(rect.width(), rect.height()) / 2;
    painter->setPen(QPen(color, 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPolyline(QPolygonF{{-s, -s / 2}, {0, s / 2}, {s, -s / 2}});
    painter->restore();
}

void chevronWithin(QPainter* painter, const QRect& rect, qreal size, const QColor& color,
                   qreal angle) {
    QRectF place(0, 0, size, size);
    place.moveCenter(QRectF(rect).center());
    chevron(painter, place, color, angle);
}

void focusRing(QPainter* painter, const QRect& rect, const ThemeColors& c) {
    box(painter, rect, {}, c.accent, 3);
}

void check(QPainter* painter, const QStyleOption* option, const ThemeColors& c, bool round) {
    QRect square(0, 0, kIndicator, kIndicator);
    square.moveCenter(option->rect.center());
    const bool enabled = is(option, QStyle::State_Enabled);
    const bool on = is(option, QStyle::State_On);
    const bool partly = is(option, QStyle::State_NoChange);
    const QColor fill = on || partly ? (enabled ? c.accent : c.muted) : c.panel;
    QColor line = on || partly ? fill : blend(c.line, c.muted, 0.6);
    if (enabled && is(option, QStyle::State_MouseOver)) line = c.accent;
    box(painter, square, fill, line, round ? kIndicator / 2.0 : 3);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(c.onAccent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QRectF r = square;
    if (partly) {
        painter->drawLine(QPointF(r.left() + 4, r.center().y()),
                          QPointF(r.right() - 4, r.center().y()));
    } else if (on && round) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.onAccent);
        painter->drawEllipse(r.center(), 3, 3);
    } else if (on) {
        painter->drawPolyline(QPolygonF{{r.left() + 3.6, r.top() + 7.8},
                                        {r.left() + 6.4, r.top() + 10.6},
                                        {r.left() + 11.4, r.top() + 4.6}});
    }
    painter->restore();
}

void tab(QPainter* painter, const QStyleOptionTab* option, const ThemeColors& c) {
    const bool selected = option->state & QStyle::State_Selected;
    if (!selected && (option->state & QStyle::State_MouseOver)) {
        box(painter, option->rect.adjusted(2, 4, -2, -4), blend(c.window, c.text, 0.06), {});
    }
    if (selected) {
        QRect line = option->rect;
        line.setTop(line.bottom() - kUnderline + 1);
        painter->fillRect(line, c.accent);
    }
}

void tabLabel(QPainter* painter, const QStyleOptionTab* tab, const ThemeColors& c) {
    const bool selected = tab->state & QStyle::State_Selected;
    const bool enabled = tab->state & QStyle::State_Enabled;
    painter->save();
    if (selected) painter->setFont(titleFont(painter->font()));
    QColor ink = selected ? c.text : c.mutedOn(c.window);
    if (!enabled) ink = tab->palette.color(QPalette::Disabled, QPalette::WindowText);
    painter->setPen(ink);
    QRect rect = tab->rect;
    if (!tab->icon.isNull()) {
        const QSize size = tab->iconSize.isValid() ? tab->iconSize : QSize(16, 16);
        const QRect place(rect.left() + 10, rect.center().y() - size.height() / 2, size.width(),
                          size.height());
        tab->icon.paint(painter, place, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        rect.setLeft(place.right());
    }
    painter->drawText(rect, Qt::AlignCenter | Qt::TextShowMnemonic, tab->text);
    painter->restore();
    if (tab->state & QStyle::State_HasFocus) {
        focusRing(painter, tab->rect.adjusted(4, 5, -4, -5), c);
    }
}

void dockTitle(QPainter* painter, const QStyleOptionDockWidget* dock, const QRect& textRect,
               const ThemeColors& c) {
    painter->fillRect(dock->rect, c.panel);
    QFont font = smallFont(painter->font());
    font.setCapitalization(QFont::AllUppercase);
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.6);
    painter->save();
    painter->setFont(font);
    painter->setPen(c.muted);
    const QString text =
        painter->fontMetrics().elidedText(dock->title, Qt::ElideRight, textRect.width() - 12);
    painter->drawText(textRect.adjusted(12, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, text);
    painter->restore();
}

void headerSection(QPainter* painter, const QStyleOption* option, const ThemeColors& c) {
    painter->fillRect(option->rect, c.panel);
    if (is(option, QStyle::State_MouseOver) && is(option, QStyle::State_Enabled)) {
        painter->fillRect(option->rect, blend(c.panel, c.text, 0.05));
    }
    horizontalLine(painter, option->rect, option->rect.bottom(), c.line);
}

void progress(QPainter* painter, const QStyleOptionProgressBar* bar, const ThemeColors& c) {
    QRect groove = bar->rect;
    const int height = std::min(8, groove.height());
    groove.setTop(groove.center().y() - height / 2 + 1);
    groove.setHeight(height);
    box(painter, groove, blend(c.bar, c.text, 0.12), {}, height / 2.0);
    const bool unknown = bar->maximum <= bar->minimum;
    QRect done = groove;
    if (unknown) {
        done.setWidth(groove.width() / 3);
        done.moveCenter(groove.center());
    } else {
        const double share = static_cast<double>(bar->progress - bar->minimum) /
                             static_cast<double>(bar->maximum - bar->minimum);
        done.setWidth(static_cast<int>(groove.width() * std::clamp(share, 0.0, 1.0)));
        if (bar->direction == Qt::RightToLeft) done.moveRight(groove.right());
    }
    if (done.width() >= height) box(painter, done, c.accent, {}, height / 2.0);
}

void menuItem(QPainter* painter, const QStyleOptionMenuItem* item, const ThemeColors& c) {
    const QRect r = item->rect;
    if (item->menuItemType == QStyleOptionMenuItem::Separator) {
        horizontalLine(painter, r.adjusted(8, 0, -8, 0), r.center().y(), c.line);
        return;
    }
    const bool enabled = item->state & QStyle::State_Enabled;
    if ((item->state & QStyle::State_Selected) && enabled) {
        box(painter, r.adjusted(4, 0, -4, 0), c.selection, {});
    }
    const QColor ink = enabled ? c.text : item->palette.color(QPalette::Disabled, QPalette::Text);
    const QRect mark(r.left() + 10, r.center().y() - 8, 16, 16);
    if (item->checkType != QStyleOptionMenuItem::NotCheckable) {
        QStyleOption square;
        square.rect = mark;
        square.state = (enabled ? QStyle::State_Enabled : QStyle::State_None) |
                       (item->checked ? QStyle::State_On : QStyle::State_Off);
        check(painter, &square, c, item->checkType == QStyleOptionMenuItem::Exclusive);
    } else if (!item->icon.isNull()) {
        item->icon.paint(painter, mark, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    }
    painter->save();
    painter->setFont(item->font);
    painter->setPen(ink);
    const QRect text = r.adjusted(34, 0, -16, 0);
    const QStringList parts = item->text.split(QLatin1Char('\t'));
    painter->drawText(text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic, parts.first());
    if (parts.size() > 1) {
        painter->setPen(enabled ? c.mutedOn(c.selection) : ink);
        painter->drawText(text.adjusted(0, 0, -8, 0), Qt::AlignVCenter | Qt::AlignRight,
                          parts.last());
    }
    painter->restore();
    if (item->menuItemType == QStyleOptionMenuItem::SubMenu) {
        chevron(painter, QRectF(r.right() - 18, r.center().y() - 4, 8, 8), ink, -90);
    }
}

void menuBarItem(QPainter* painter, const QStyleOptionMenuItem* item, bool keyboard,
                 const ThemeColors& c) {
    painter->fillRect(item->rect, c.bar);
    const bool enabled = item->state & QStyle::State_Enabled;
    const bool active = item->state & (QStyle::State_Selected | QStyle::State_Sunken);
    if (active && enabled) box(painter, item->rect.adjusted(1, 3, -1, -3), c.selection, {});
    painter->setPen(enabled ? c.text : item->palette.color(QPalette::Disabled, QPalette::Text));
    // The underlines appear when the keyboard enters the bar (Alt), as on other desktops.
    painter->drawText(item->rect,
                      Qt::AlignCenter | (keyboard ? Qt::TextShowMnemonic : Qt::TextHideMnemonic),
                      item->text);
}

void scrollBar(QPainter* painter, const QStyleOptionSlider* bar, const QRect& handle,
               const QColor& ground, const ThemeColors& c) {
    painter->fillRect(bar->rect, ground);
    if (bar->maximum <= bar->minimum) return;
    const bool hot = (bar->activeSubControls & QStyle::SC_ScrollBarSlider) &&
                     (bar->state & (QStyle::State_MouseOver | QStyle::State_Sunken));
    const QColor ink = blend(ground, c.muted, hot ? 0.9 : 0.45);
    const bool flat = bar->orientation == Qt::Horizontal;
    box(painter, flat ? handle.adjusted(1, 2, -1, -2) : handle.adjusted(2, 1, -2, -1), ink, {}, 3);
}

void slider(QPainter* painter, const QStyleOptionSlider* option, const QRect& groove,
            const QRect& handle, const ThemeColors& c) {
    const bool enabled = option->state & QStyle::State_Enabled;
    const bool flat = option->orientation == Qt::Horizontal;
    QRect track = groove;
    QRect done;
    if (flat) {
        track = QRect(groove.left(), groove.center().y() - 1, groove.width(), 4);
        done = track;
        option->upsideDown ? done.setLeft(handle.center().x()) : done.setRight(handle.center().x());
    } else {
        track = QRect(groove.center().x() - 1, groove.top(), 4, groove.height());
        done = track;
        option->upsideDown ? done.setTop(handle.center().y()) : done.setBottom(handle.center().y());
    }
    box(painter, track, blend(c.bar, c.text, 0.15), {}, 2);
    box(painter, done, enabled ? c.accent : c.muted, {}, 2);
    QRect knob(0, 0, 14, 14);
    knob.moveCenter(handle.center());
    box(painter, knob, c.dark ? c.text : c.panel,
        option->state & QStyle::State_HasFocus ? c.accent : blend(c.line, c.muted, 0.6), 7);
}

void comboBox(QPainter* painter, const QStyleOptionComboBox* combo, const ThemeColors& c) {
    const QColor fill = combo->editable ? c.panel : buttonFill(combo, c, false);
    box(painter, combo->rect, fill, fieldLine(combo, c));
    const QColor ink = combo->state & QStyle::State_Enabled ? c.mutedOn(fill) : c.line;
    chevron(painter, QRectF(combo->rect.right() - 17, combo->rect.center().y() - 3.5, 8, 8), ink,
            0);
}

void spinBox(QPainter* painter, const QStyleOptionSpinBox* spin, const QRect& up, const QRect& down,
             const ThemeColors& c) {
    const bool enabled = spin->state & QStyle::State_Enabled;
    if (spin->frame) box(painter, spin->rect, enabled ? c.panel : c.window, fieldLine(spin, c));
    if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) return;
    const auto arrow = [&](const QRect& rect, QStyle::SubControl part,
                           QAbstractSpinBox::StepEnabledFlag step, qreal angle) {
        const bool able = enabled && (spin->stepEnabled & step);
        const bool hot = able && (spin->activeSubControls & part);
        chevronWithin(painter, rect, 7, hot ? c.accent : able ? c.muted : c.line, angle);
    };
    arrow(up, QStyle::SC_SpinBoxUp, QAbstractSpinBox::StepUpEnabled, 180);
    arrow(down, QStyle::SC_SpinBoxDown, QAbstractSpinBox::StepDownEnabled, 0);
}

}  // namespace ql::gui::draw
