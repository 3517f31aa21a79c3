#pragma once

#include "app/pages/report_view.h"

namespace ql::gui {

class CurvePlot;

/// SmoothQuant's migration: the largest activation and weight of every channel, before and after.
class SmoothView : public ReportView {
    Q_OBJECT
  public:
    SmoothView(Jobs* jobs, QWidget* parent);

    bool applies(const Scheme& scheme) const override;
    QString title() const override;
    void retranslate() override;

    CurvePlot* plot() const { return plot_; }

  protected:
    void fill() override;

  private:
    CurvePlot* plot_;
};

}  // namespace ql::gui
