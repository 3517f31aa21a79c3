#pragma once

#include "app/pages/report_view.h"

namespace ql::gui {

class CurvePlot;
class LinePlot;

/// SmoothQuant's migration: the largest activation and weight of every channel, before and after,
/// and what other strengths would do to the outputs.
class SmoothView : public ReportView {
    Q_OBJECT
  public:
    SmoothView(Jobs* jobs, QWidget* parent);

    bool applies(const Scheme& scheme) const override;
    QString title() const override;
    void retranslate() override;

    CurvePlot* plot() const { return plot_; }
    LinePlot* sweepPlot() const { return sweepPlot_; }

  protected:
    MethodSubject relevant(MethodSubject subject) const override;
    void start() override;
    void forget() override;
    void fill() override;

  private:
    void fillSweep();
    /// In words, what the sweep has found or why it failed; empty while it has nothing.
    QString sweepFact() const;

    JobSlot sweeping_;
    std::shared_ptr<const std::vector<SmoothTrial>> sweep_;
    std::optional<Error> sweepError_;
    CurvePlot* plot_;
    LinePlot* sweepPlot_;
};

}  // namespace ql::gui
