#pragma once

#include <memory>

#include "app/pages/method_view.h"
#include "core/run/mapping_report.h"

class QLabel;

namespace ql::gui {

class HelpButton;
class Plot;

/// A transform at the mapping whose scales come to the tensor in view: as a comparison has made it,
/// or else as the calibration that is kept would make it.
class ReportView : public MethodView {
    Q_OBJECT
  public:
    ReportView(Jobs* jobs, QWidget* parent);

    MethodGap gap(const MethodSubject& subject) const override;
    /// Null while there is none.
    const MappingReport* report() const { return report_.get(); }
    QString facts() const;

  protected:
    MethodSubject relevant(MethodSubject subject) const override;
    void start() override;
    void forget() override;
    QString workingText() const override;
    void showStatus() override { showReport(); }

    /// Puts title, plots and facts into their places; once, by the constructor of a subclass.
    void arrange(const QList<Plot*>& plots);
    /// Everything anew: the report has changed, or the language.
    void showReport();
    /// Draws report(); null: nothing.
    virtual void fill() = 0;
    void setFacts(const QStringList& facts);
    /// Of which linears the report is, and where it comes from.
    QStringList origin() const;

    /// Of all tensors. Precondition: the plan is there.
    static std::vector<PlanEntry> entriesOf(const MethodSubject& subject);

    QLabel* name() const { return name_; }
    HelpButton* help() const { return help_; }

  private:
    JobSlot searching_;
    std::shared_ptr<const MappingReport> report_;
    bool searched_ = false;  ///< it is there, or there is none
    QLabel* name_;
    HelpButton* help_;
    QLabel* facts_;
};

}  // namespace ql::gui
