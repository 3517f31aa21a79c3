#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "app/pages/map_feed.h"
#include "app/workspace.h"

class QLabel;
class QStackedLayout;

namespace ql {
struct TensorProfile;
}

namespace ql::gui {

class CellReader;
class ColorDot;
class ElidedLabel;
class HeatmapView;
class HistogramPlot;
class StatTable;

/// What is measured of one scheme on the current tensor; nothing where there is no result.
struct ColumnMetrics {
    double sqnr = 0;
    double rmse = 0;
    double maxError = 0;
    double bits = 0;
    std::optional<double> weighted;  ///< RMSE weighted by importance, where that is known
    std::optional<double> output;    ///< relative error of the linear's outputs, where measured
};

/// Which of a column's metrics are the best of all columns.
struct BestMetrics {
    bool sqnr = false;
    bool rmse = false;
    bool maxError = false;
    bool bits = false;
    bool weighted = false;
    bool output = false;
};

/// One scheme on the current tensor: histogram over the original, map of the error, metrics.
class CompareColumn : public QWidget {
    Q_OBJECT
  public:
    static constexpr int kMinWidth = 180;

    CompareColumn(Jobs* jobs, QWidget* parent = nullptr);

    /// `result` of `scheme` on the tensor of `rows` and `profile` (both there).
    void show(const ComparedScheme& scheme, const SchemeResult& result,
              const std::shared_ptr<const RowSource>& rows,
              const std::shared_ptr<const TensorProfile>& profile);
    /// Relative error of the tensor's outputs on the measured text; nothing: not measured.
    void setOutputError(std::optional<double> error) { output_ = error; }
    /// Lets go of the tensor and its results.
    void forget();
    void setMap(MapKind kind);
    void setLogCounts(bool log);
    void setBest(const BestMetrics& best);
    /// A sentence under the metrics; empty: none.
    void setRemark(const QString& text, const QString& toolTip);

    std::optional<ColumnMetrics> metrics() const;
    CellReader* reader() const { return reader_; }
    const ComparedScheme& scheme() const { return scheme_; }
    /// Whether the map belongs to the tensor of these rows.
    bool shows(const std::shared_ptr<const RowSource>& rows) const;
    HistogramPlot* histogram() const { return histogram_; }
    HeatmapView* map() const { return map_; }
    MapFeed* feed() const { return feed_; }
    StatTable* table() const { return table_; }
    /// Why there are no pictures; empty when there are.
    QString notice() const;

  signals:
    /// Somewhere beside the pictures was clicked.
    void chosen();

  protected:
    void mouseReleaseEvent(QMouseEvent* event) override;

  private:
    void showNotice(const QString& text);
    void fillHistogram(const TensorProfile& profile);
    void fillMetrics();
    void showMap();

    ColorDot* dot_;
    QLabel* title_;
    ElidedLabel* text_;
    QLabel* state_;
    HistogramPlot* histogram_;
    HeatmapView* map_;
    StatTable* table_;
    ElidedLabel* remark_;
    QLabel* notice_;
    QStackedLayout* stack_;
    MapFeed* feed_;
    CellReader* reader_;

    ComparedScheme scheme_;
    std::shared_ptr<const RowSource> rows_;
    std::shared_ptr<const TensorRun> run_;  ///< null unless the result is ready
    MapKind kind_ = MapKind::error;
    std::optional<double> output_;
    BestMetrics best_;
};

}  // namespace ql::gui
