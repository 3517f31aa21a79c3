// The strokes that Style is made of. Each draws one control, or a part that several share, in the
// given colours.
#pragma once

#include <QStyleOption>

#include "widgets/theme.h"

class QPainter;

namespace ql::gui::draw {

/// Side of a check box or radio button.
inline constexpr int kIndicator = 15;

inline bool is(const QStyleOption* option, QStyle::StateFlag flag) { return option->state & flag; }

/// A colour between two: 0 gives `below`, 1 gives `above`.
QColor blend(const QColor& below, const QColor& above, qreal share);
/// The frame of a field or button: accent with focus, stronger under the pointer.
QColor fieldLine(const QStyleOption* option, const ThemeColors& c);
QColor buttonFill(const QStyleOption* option, const ThemeColors& c, bool primary);

/// Rounded rectangle whose one-pixel line falls onto pixels. Invalid colours draw nothing.
void box(QPainter* painter, const QRect& rect, const QColor& fill, const QColor& line,
         qreal radius = 4);
void horizontalLine(QPainter* painter, const QRect& rect, int y, const QColor& color);
/// A small arrow: 0 points down, 90 left, 180 up, -90 right.
void chevron(QPainter* painter, const QRectF& rect, const QColor& color, qreal angle);
/// The same in the middle of a rectangle, `size` pixels wide.
void chevronWithin(QPainter* painter, const QRect& rect, qreal size, const QColor& color,
                   qreal angle);
void focusRing(QPainter* painter, const QRect& rect, const ThemeColors& c);

/// Check box, or radio button when `round`.
void check(QPainter* painter, const QStyleOption* option, const ThemeColors& c, bool round);
void tab(QPainter* painter, const QStyleOptionTab* tab, const ThemeColors& c);
void tabLabel(QPainter* painter, const QStyleOptionTab* tab, const ThemeColors& c);
void dockTitle(QPainter* painter, const QStyleOptionDockWidget* dock, const QRect& textRect,
               const ThemeColors& c);
void headerSection(QPainter* painter, const QStyleOption* option, const ThemeColors& c);
void progress(QPainter* painter, const QStyleOptionProgressBar* bar, const ThemeColors& c);
void menuItem(QPainter* painter, const QStyleOptionMenuItem* item, const ThemeColors& c);
/// `keyboard`: the bar was entered by Alt, so the shortcuts are underlined.
void menuBarItem(QPainter* painter, const QStyleOptionMenuItem* item, bool keyboard,
                 const ThemeColors& c);
void scrollBar(QPainter* painter, const QStyleOptionSlider* bar, const QRect& handle,
               const QColor& ground, const ThemeColors& c);
void slider(QPainter* painter, const QStyleOptionSlider* slider, const QRect& groove,
            const QRect& handle, const ThemeColors& c);
void comboBox(QPainter* painter, const QStyleOptionComboBox* box, const ThemeColors& c);
void spinBox(QPainter* painter, const QStyleOptionSpinBox* box, const QRect& up, const QRect& down,
             const ThemeColors& c);

}  // namespace ql::gui::draw
