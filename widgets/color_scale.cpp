#include "widgets/color_scale.h"

#include <QMouseEvent>
#include <QPainter>
#include <cmath>
#include <limits>

#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kBarWidth = 10;
constexpr int kGap = 6;
constexpr int kLabels = 5;

}  // namespace

ColorScale::ColorScale(QWidget* parent)
    : QWidget(parent), marker_(std::numeric_limits<double>::quiet_NaN()) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    setFont(smallFont(font()));
    describe();
}

void ColorScale::setScale(const ValueScale& scale) {
    scale_ = scale;
    describe();
    updateGeometry();
    update();
}

void ColorScale::setTexts(const QString& unit, const QString& rule) {
    unit_ = unit;
    rule_ = rule;
    describe();
    update();
}

void ColorScale::setMarker(double value) {
    marker_ = value;
    update();
}

QSize ColorScale::sizeHint() const {
    return {kBarWidth + kGap + fontMetrics().horizontalAdvance(QStringLiteral("-0.00e-00")) + 4,
            200};
}

QSize ColorScale::minimumSizeHint() const { return {sizeHint().width(), 60}; }

QRect ColorScale::barRect() const {
    const int line = fontMetrics().height();
    const int top = unit_.isEmpty() ? line / 2 : 3 * line / 2 + kGap;
    return {2, top, kBarWidth, std::max(10, height() - top - line / 2)};
}

void ColorScale::describe() {
    setAccessibleName(tr("Colour scale"));
    const QString from = formatNumber(scale_.value(0));
    const QString to = formatNumber(scale_.value(1));
    //: %1 and %2 are numbers, %3 is a unit or nothing, %4 says how the limits were chosen
    const QString text = tr("Colours from %1 to %2 %3 %4").arg(from, to, unit_, rule_).simplified();
    setAccessibleDescription(text);
    setToolTip(text);
}

void ColorScale::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ThemeColors& colors = themeColors();
    const QRect bar = barRect();
    const ColorMap& map = ColorMap::forScale(scale_, colors.dark);
    for (int y = bar.top(); y <= bar.bottom(); ++y) {
        const double position = static_cast<double>(bar.bottom() - y) / (bar.height() - 1);
        painter.fillRect(QRect(bar.left(), y, bar.width(), 1), QColor(map(position)));
    }
    painter.setPen(colors.mutedOn(palette().color(backgroundRole())));
    if (!unit_.isEmpty()) {
        painter.drawText(QRect(0, 0, width(), fontMetrics().height()), Qt::AlignLeft, unit_);
    }
    const int line = fontMetrics().height();
    for (int i = 0; i < kLabels; ++i) {
        const double position = static_cast<double>(i) / (kLabels - 1);
        const double y = bar.bottom() - position * (bar.height() - 1);
        const QRectF place(bar.right() + kGap, y - line / 2.0, width() - bar.right() - kGap, line);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                         formatNumber(scale_.value(position), 2));
    }
    if (!std::isnan(marker_)) {
        const double y = bar.bottom() - scale_.position(marker_) * (bar.height() - 1);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(colors.text);
        painter.setPen(QPen(colors.window, 1));
        const double x = bar.right() + 2;
        painter.drawPolygon(QPolygonF{{x - 3, y}, {x + 4, y - 4}, {x + 4, y + 4}});
    }
}

void ColorScale::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rect().contains(event->pos())) emit clicked();
}

void ColorScale::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) describe();
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
