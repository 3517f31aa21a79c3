#pragma once

#include <array>
#include <optional>
#include <vector>

#include "widgets/histogram_plot.h"

class QCPItemStraightLine;

namespace ql::gui {

/// A histogram above the values that can be stored, as ticks; the outermost ones are marked as the
/// limits. The value nearest to the pointer is marked and told.
class NumberLinePlot : public HistogramPlot {
    Q_OBJECT
  public:
    explicit NumberLinePlot(QWidget* parent = nullptr);

    /// Where the values stand on the x axis, rising; empty: nowhere. `limits`: those beyond which
    /// values saturate, one or two of them.
    void setValues(std::vector<double> positions, const std::vector<double>& limits, int color);

    /// Marks a value, as the pointer does; nullopt: none.
    void setCurrent(std::optional<int> index);
    std::optional<int> current() const { return current_; }

  signals:
    /// Another value is marked, by its place in setValues, or none.
    void currentChanged();

  protected:
    void restyle(const ThemeColors& colors) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    int nearest(double x) const;

    std::vector<double> positions_;
    std::optional<int> current_;
    std::array<QCPItemStraightLine*, 2> limits_;  ///< owned by the canvas, as the next
    QCPItemStraightLine* mark_;
};

}  // namespace ql::gui
