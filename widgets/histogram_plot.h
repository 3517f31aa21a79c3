#pragma once

#include <memory>
#include <vector>

#include "core/measure/histogram.h"
#include "widgets/plot.h"

class QCPGraph;
class QCPItemText;

namespace ql::gui {

/// One histogram of the overlay; all of one plot must have the same bins.
struct HistogramSeries {
    QString name;
    int color = kOriginalColor;  ///< index for schemeColor()
    ql::Histogram histogram;
    bool visible = true;
};

/// Overlaid histograms as filled steps: the original in grey, schemes in their colours, the same
/// bins for all. What lies outside the bins is said as a count at each end. A click on a legend
/// entry hides or shows its series.
class HistogramPlot : public Plot {
    Q_OBJECT
  public:
    explicit HistogramPlot(QWidget* parent = nullptr);

    /// Throws std::invalid_argument when the bins differ. Keeps the zoom when the bins stay the
    /// same.
    void setSeries(std::vector<HistogramSeries> series);
    const std::vector<HistogramSeries>& series() const { return series_; }

    void setLogarithmic(bool log);
    bool isLogarithmic() const { return log_; }

    /// The bins are of log2 of the values: axis and CSV say 2^x (default off).
    void setPowersOfTwo(bool powers);

    /// Ticks under the x axis: the values a block can store. Empty: none.
    void setGridPoints(std::vector<double> values, int color);
    /// Small multiples: no legend, no axis labels, fewer ticks, thin margins.
    void setCompact(bool compact);
    /// Label of the x axis (default "value") and of the counts (default "weights").
    void setAxisTexts(const QString& x, const QString& y);

    /// The visible x range. `fit` shows all bins.
    void setXRange(double lo, double hi);
    double xLo() const;
    double xHi() const;

    /// Bin edges and counts, one column per series.
    QString csv() const;

  public slots:
    void fit() override;

  signals:
    void xRangeChanged(double lo, double hi);
    /// The user toggled a series in the legend.
    void visibilityChanged(int index, bool visible);

  protected:
    void restyle(const ThemeColors& colors) override;
    void retranslate() override;

  private:
    void rebuild();
    void fitCounts();
    void updateTexts();
    void toggle(int index);

    std::vector<HistogramSeries> series_;
    std::vector<QCPGraph*> graphs_;  ///< owned by the canvas, one for each series
    std::vector<double> gridPoints_;
    QCPGraph* gridTicks_ = nullptr;
    QCPItemText* belowText_ = nullptr;
    QCPItemText* aboveText_ = nullptr;
    QString xText_;
    QString yText_;
    int gridColor_ = kOriginalColor;
    bool log_ = false;
    bool compact_ = false;
    bool powers_ = false;
};

}  // namespace ql::gui
