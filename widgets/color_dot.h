#pragma once

#include <QIcon>
#include <QWidget>

#include "widgets/theme.h"

namespace ql::gui {

/// A round swatch of a scheme's colour for lists, menus and tables; follows the theme.
QIcon colorDotIcon(int color);

/// The same as a small widget, 12 pixels wide.
class ColorDot : public QWidget {
    Q_OBJECT
  public:
    explicit ColorDot(int color = kOriginalColor, QWidget* parent = nullptr);
    void setColor(int color);
    int color() const { return color_; }
    QSize sizeHint() const override { return {12, 12}; }
    QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    int color_;
};

}  // namespace ql::gui
