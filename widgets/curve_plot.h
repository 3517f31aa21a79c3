#pragma once

#include <QPoint>
#include <optional>
#include <vector>

#include "widgets/plot.h"

class QCPGraph;
class QCPItemStraightLine;

namespace ql::gui {

/// One curve: a value for each channel.
struct CurveSeries {
    QString name;
    int color = kOriginalColor;  ///< index for schemeColor()
    std::vector<float> values;
};

/// One value per channel (largest magnitude, say), by index or sorted from the largest down.
class CurvePlot : public Plot {
    Q_OBJECT
  public:
    enum class Order {
        index,
        descending,  ///< each series by itself
        first,       ///< all as the first one falls
    };

    explicit CurvePlot(QWidget* parent = nullptr);

    void setSeries(std::vector<CurveSeries> series);
    const std::vector<CurveSeries>& series() const { return series_; }
    void setOrder(Order order);
    /// A logarithmic axis up; values of 0 are then left out.
    void setLogarithmic(bool log);
    Order order() const { return order_; }
    /// What is along x ("input channel") and up ("largest |w|", with unit).
    void setAxisTexts(const QString& x, const QString& y);

    /// A line at one channel, also when sorted; nullopt removes it.
    void setMark(std::optional<int> channel);
    std::optional<int> mark() const { return mark_; }

    QString csv() const;

  public slots:
    void fit() override;

  signals:
    /// A click; the channel's index in the data, also when sorted (by the first series).
    void channelClicked(int channel);

  protected:
    void restyle(const ThemeColors& colors) override;

  private:
    void rebuild();
    void click(const QPoint& position);
    void placeMark();

    std::vector<CurveSeries> series_;
    std::vector<QCPGraph*> graphs_;  ///< owned by the canvas
    std::vector<int> ranking_;       ///< of the first series: position -> channel
    Order order_ = Order::index;
    bool log_ = false;
    std::optional<int> mark_;
    QCPItemStraightLine* markLine_;  ///< owned by the canvas
    std::optional<QPoint> pressed_;  ///< where the mouse button went down
};

}  // namespace ql::gui
