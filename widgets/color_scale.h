#pragma once

#include <QWidget>

#include "widgets/color_map.h"

namespace ql::gui {

/// The colour bar beside heatmaps: colours, limits with unit, and the rule the limits follow
/// ("99.9 % clip", "full range"). A click asks to lock or free the limits.
class ColorScale : public QWidget {
    Q_OBJECT
  public:
    explicit ColorScale(QWidget* parent = nullptr);

    void setScale(const ValueScale& scale);
    const ValueScale& scale() const { return scale_; }
    /// Unit of the values ("" for plain weights) and the rule of the limits, both translated.
    void setTexts(const QString& unit, const QString& rule);
    /// Shows a mark at a value (the one under the pointer); NaN removes it.
    void setMarker(double value);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    void clicked();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    QRect barRect() const;
    void describe();

    ValueScale scale_;
    QString unit_;
    QString rule_;
    double marker_;
};

}  // namespace ql::gui
