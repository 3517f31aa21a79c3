#pragma once

#include <vector>

#include "widgets/plot.h"

class QCPGraph;

namespace ql::gui {

/// A curve through points.
struct LineSeries {
    QString name;
    int color = kOriginalColor;  ///< index for schemeColor()
    std::vector<double> x;
    std::vector<double> y;  ///< as many as x
    bool ringed = false;    ///< rings around points, instead of a curve
};

/// Curves y over x, such as perplexity over tokens. Points are marked while there are few.
class LinePlot : public Plot {
    Q_OBJECT
  public:
    explicit LinePlot(QWidget* parent = nullptr);

    /// Keeps the zoom if the user chose one, and shows all points otherwise.
    void setSeries(std::vector<LineSeries> series);
    const std::vector<LineSeries>& series() const { return series_; }

    /// A line for each point of each series: name, x, y.
    QString csv() const;

  public slots:
    void fit() override;

  protected:
    void restyle(const ThemeColors& colors) override;

  private:
    std::vector<LineSeries> series_;
    std::vector<QCPGraph*> graphs_;  ///< owned by the canvas
    bool zoomed_ = false;
};

}  // namespace ql::gui
