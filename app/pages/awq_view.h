#pragma once

#include "app/pages/report_view.h"

namespace ql::gui {

class LinePlot;

/// AWQ's search: what each candidate for the scales costs the outputs of the linears that read
/// them.
class AwqView : public ReportView {
    Q_OBJECT
  public:
    AwqView(Jobs* jobs, QWidget* parent);

    bool applies(const Scheme& scheme) const override;
    QString title() const override;
    void retranslate() override;

    LinePlot* plot() const { return plot_; }

  protected:
    void fill() override;

  private:
    QString whatIsMeasured() const;

    LinePlot* plot_;
};

}  // namespace ql::gui
