#pragma once

#include <QSet>
#include <memory>

#include "app/pages/page.h"
#include "app/workspace.h"

class QCheckBox;
class QLabel;
class QSpinBox;
class QStackedLayout;

namespace ql::gui {

class Choice;
class CurvePlot;
class ElidedLabel;
class HelpButton;
class HistogramPlot;
class StatTable;
class TensorHeader;

/// The weights of the current tensor: their distribution with every enabled scheme's over it, the
/// grid of a chosen block, the largest magnitude of every channel, statistics.
class WeightsPage : public Page {
    Q_OBJECT
  public:
    WeightsPage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    QString title() const override;
    QString description() const override;

    HistogramPlot* histogram() const { return histogram_; }
    CurvePlot* curve() const { return curve_; }
    StatTable* statistics() const { return statistics_; }

  public slots:
    /// Shows the grid points of the block of this weight (the current cell of another page).
    void setCell(qint64 row, qint64 col);

  protected:
    void refresh() override;
    void retranslate() override;

  private:
    QWidget* makeHistogramCard();
    QWidget* makeCurveCard();
    QWidget* makeStatisticsCard();
    void forget();
    void fillHistogram();
    void fillBlocks();
    void fillGridPoints();
    void fillCurve();
    void fillStatistics();

    TensorHeader* header_;
    QStackedLayout* stack_;
    QLabel* notice_;

    QLabel* histogramTitle_;
    HistogramPlot* histogram_;
    QCheckBox* logCounts_;
    HelpButton* histogramHelp_;
    QLabel* rowLabel_;
    QSpinBox* rowBox_;
    QLabel* blockLabel_;
    QSpinBox* blockBox_;
    ElidedLabel* blockText_;

    QLabel* curveTitle_;
    CurvePlot* curve_;
    Choice* channels_;
    Choice* order_;
    HelpButton* curveHelp_;
    ElidedLabel* curveText_;

    QLabel* statisticsTitle_;
    StatTable* statistics_;
    HelpButton* statisticsHelp_;

    QSet<int> hidden_;  ///< series that the legend switched off: scheme ids, or the original
    QList<int> seriesSchemes_;  ///< scheme id of each series; Workspace::kNoScheme: the original
    std::shared_ptr<const TensorRun> gridOf_;  ///< the run whose blocks can be chosen
    std::shared_ptr<const TensorProfile> curveOf_;
    int curveChannels_ = -1;  ///< what the curve shows: index in channels_
    qint64 blockWidth_ = 0;
};

}  // namespace ql::gui
