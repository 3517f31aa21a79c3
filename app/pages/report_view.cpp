#include "app/pages/report_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/role_names.h"
#include "app/text.h"
#include "widgets/help_button.h"
#include "widgets/plot.h"

namespace ql::gui {

namespace {

/// The report of the mapping whose scales come to a tensor; null without one.
const MappingReport* reportOf(const TransformedModel& transformed, std::size_t tensor) {
    const auto& all = transformed.mappings;
    const auto found = std::find_if(all.begin(), all.end(), [tensor](const MappingReport& report) {
        const auto& consumers = report.mapping.consumers;
        return std::find(consumers.begin(), consumers.end(), tensor) != consumers.end();
    });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

ReportView::ReportView(Jobs* jobs, QWidget* parent)
    : MethodView(parent),
      searching_(jobs),
      name_(new QLabel(this)),
      help_(new HelpButton(this)),
      facts_(new QLabel(this)) {
    facts_->setWordWrap(true);
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
}

void ReportView::arrange(const QList<Plot*>& plots) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(name_, {help_}));
    for (Plot* plot : plots) {
        layout->addWidget(plot, 1);
        connect(plot, &Plot::saveFailed, this, &ReportView::saveFailed);
    }
    layout->addWidget(facts_);
}

MethodGap ReportView::gap(const MethodSubject& subject) const {
    return subject.transformed ? MethodGap() : inputGap(subject);
}

MethodSubject ReportView::relevant(MethodSubject subject) const {
    subject.run.reset();
    subject.problem = {};
    subject.factors.reset();
    if (subject.transformed) {  // it goes by nothing else then
        subject.calibration.reset();
        subject.calibrating = false;
        subject.plan.reset();
    }
    return subject;
}

void ReportView::start() {
    const auto take = [this](std::shared_ptr<const MappingReport> report) {
        report_ = std::move(report);
        searched_ = true;
        finish();
        showReport();
    };
    if (subject()->transformed) {
        const MappingReport* known = reportOf(*subject()->transformed, subject()->tensor);
        take(known ? std::shared_ptr<const MappingReport>(subject()->transformed, known) : nullptr);
        return;
    }
    searching_.start(
        Lane::interactive, tr("Look for scales"), this,
        [subject = *subject()](const Progress& progress) {
            const std::vector<PlanEntry> entries = entriesOf(subject);
            return kept_report({*subject.model, entries, subject.importance.get()}, subject.tensor,
                               *subject.calibration, progress);
        },
        [take](const std::shared_ptr<const std::optional<MappingReport>>& report) {
            take(*report ? std::shared_ptr<const MappingReport>(report, &**report) : nullptr);
        },
        [this](const Error& error) { fail(error); });
}

std::vector<PlanEntry> ReportView::entriesOf(const MethodSubject& subject) {
    std::vector<PlanEntry> entries;
    for (const TensorOutcome& tensor : subject.plan->tensors) {
        entries.push_back(tensor.entry);
    }
    return entries;
}

void ReportView::forget() {
    searching_.cancel();
    report_.reset();
    searched_ = false;
    showReport();
}

QString ReportView::workingText() const { return tr("Looking for the scales…"); }

void ReportView::showReport() {
    facts_->setText(status());
    if (searched_ && !report_) {
        facts_->setText(
            tr("No scales come to this matrix: what it reads is not made by a norm, or by a linear "
               "whose rows could be divided by them."));
    }
    fill();
}

void ReportView::setFacts(const QStringList& facts) {
    facts_->setText(facts.join(QStringLiteral(" · ")));
}

QString ReportView::facts() const { return facts_->text(); }

QStringList ReportView::origin() const {
    QStringList names;  // "q", not "attention q": all of them are of one part of the block
    for (const std::size_t tensor : report_->mapping.consumers) {
        names << roleTitle(subject()->model->tensors()[tensor].role).section(u' ', -1);
    }
    //: the linears that read an input
    return {tr("of %1").arg(names.join(QStringLiteral(", "))),
            subject()->transformed ? tr("from the comparison") : tr("from the calibration")};
}

}  // namespace ql::gui
