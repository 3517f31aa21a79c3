#pragma once

#include <memory>
#include <optional>

#include "app/jobs.h"
#include "app/pages/page.h"
#include "app/workspace.h"
#include "core/measure/activation_profile.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QStackedLayout;
class QTableView;

namespace ql::gui {

class ChannelTable;
class Choice;
class CurvePlot;
class ElidedLabel;
class HelpButton;
class HistogramPlot;
class SampleMap;
class StatTable;
class TensorHeader;

/// What the current linear reads on the calibration text: the distribution of its input, the
/// largest magnitude of every channel, a sample of tokens as a map, the outlier channels.
class ActivationsPage : public Page {
    Q_OBJECT
  public:
    ActivationsPage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    QString title() const override;
    QString description() const override;

    HistogramPlot* histogram() const { return histogram_; }
    CurvePlot* curve() const { return curve_; }
    StatTable* statistics() const { return statistics_; }
    SampleMap* sample() const { return sample_; }
    QTableView* outliers() const { return outliers_; }
    QPushButton* calibrateButton() const { return calibrate_; }

  public slots:
    /// Marks an input channel everywhere on the page; one that does not exist is ignored.
    void setChannel(int channel);

  signals:
    /// The user wants a calibration.
    void calibrateRequested();

  protected:
    void refresh() override;
    void retranslate() override;

  private:
    QWidget* makeHistogramCard();
    QWidget* makeCurveCard();
    QWidget* makeMapCard();
    QWidget* makeSideCard();
    QWidget* makeNotice();
    QString notice() const;
    void forget();
    void startProfile(const InputPlace& place);
    void fill();
    void fillCurve();
    void fillStatistics();
    QStringList sharingLinears() const;

    JobSlot profiling_;
    std::optional<InputPlace> place_;                 ///< whose profile is shown, or being made
    std::shared_ptr<const Calibration> calibration_;  ///< it is of
    std::shared_ptr<const ActivationProfile> profile_;

    TensorHeader* header_;
    QStackedLayout* stack_;
    QLabel* notice_;
    QPushButton* calibrate_;

    QLabel* histogramTitle_;
    QCheckBox* logCounts_;
    HelpButton* histogramHelp_;
    HistogramPlot* histogram_;
    QLabel* curveTitle_;
    Choice* order_;
    HelpButton* curveHelp_;
    CurvePlot* curve_;
    SampleMap* sample_;
    QLabel* statisticsTitle_;
    HelpButton* statisticsHelp_;
    StatTable* statistics_;
    QLabel* outliersTitle_;
    HelpButton* outliersHelp_;
    QLabel* outliersText_;
    ChannelTable* channels_;
    QTableView* outliers_;
};

}  // namespace ql::gui
