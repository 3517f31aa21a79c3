#pragma once

#include <vector>

#include "widgets/plot.h"

class QCPErrorBars;
class QCPGraph;
class QCPItemText;

namespace ql::gui {

/// One point of a trade-off: smaller is better on both axes.
struct ScatterPoint {
    QString id;
    QString name;
    int color = kOriginalColor;  ///< index for schemeColor()
    double x = 0;
    double y = 0;
    double yError = 0;      ///< half the error bar; 0: none
    bool selected = false;  ///< drawn with a ring
};

/// Indices of the points that no other point beats on both axes, from left to right.
std::vector<int> paretoFront(const std::vector<ScatterPoint>& points);

/// Size against quality: named points, the Pareto front as a dashed line.
class ScatterPlot : public Plot {
    Q_OBJECT
  public:
    explicit ScatterPlot(QWidget* parent = nullptr);

    void setPoints(std::vector<ScatterPoint> points);
    const std::vector<ScatterPoint>& points() const { return points_; }
    void setLogarithmicY(bool log);
    QString csv() const;

  public slots:
    void fit() override;

  signals:
    void pointClicked(const QString& id);

  protected:
    void restyle(const ThemeColors& colors) override;

  private:
    void rebuild();
    void placeLabels();
    int nearest(const QPointF& position) const;

    std::vector<ScatterPoint> points_;
    QCPGraph* front_ = nullptr;
    std::vector<QCPGraph*> graphs_;     ///< owned by the canvas, one for each point
    std::vector<QCPErrorBars*> bars_;   ///< owned by the canvas
    std::vector<QCPItemText*> labels_;  ///< owned by the canvas
    bool logY_ = false;
};

}  // namespace ql::gui
