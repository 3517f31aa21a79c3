#include "widgets/color_dot.h"

#include <QIconEngine>
#include <QPainter>

namespace ql::gui {
namespace {

/// Yellow on white or blue on black would be hard to see: such dots get a thin ring.
void drawDot(QPainter& painter, const QRectF& rect, int color, const QColor& background) {
    const QColor fill = schemeColor(color);
    const double size = std::min({rect.width(), rect.height(), 10.0});
    QRectF dot(0, 0, size, size);
    dot.moveCenter(rect.center());
    painter.setRenderHint(QPainter::Antialiasing);
    const bool faint = contrast(fill, background) < 1.6;
    painter.setPen(faint ? QPen(themeColors().muted, 1) : QPen(Qt::NoPen));
    painter.setBrush(fill);
    painter.drawEllipse(faint ? dot.adjusted(0.5, 0.5, -0.5, -0.5) : dot);
}

class DotIconEngine : public QIconEngine {
  public:
    explicit DotIconEngine(int color) : color_(color) {}
    QIconEngine* clone() const override { return new DotIconEngine(color_); }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode, QIcon::State) override {
        painter->save();
        drawDot(*painter, rect, color_, themeColors().panel);
        painter->restore();
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap made(size);
        made.fill(Qt::transparent);
        QPainter painter(&made);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return made;
    }
    bool isNull() override { return false; }

  private:
    int color_;
};

}  // namespace

QIcon colorDotIcon(int color) { return QIcon(new DotIconEngine(color)); }

ColorDot::ColorDot(int color, QWidget* parent) : QWidget(parent), color_(color) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void ColorDot::setColor(int color) {
    color_ = color;
    update();
}

void ColorDot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    drawDot(painter, rect(), color_, palette().color(backgroundRole()));
}

}  // namespace ql::gui
