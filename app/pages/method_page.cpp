#include "app/pages/method_page.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>

#include "app/controls.h"
#include "app/pages/awq_view.h"
#include "app/pages/calibrate_notice.h"
#include "app/pages/focus_choice.h"
#include "app/pages/gptq_view.h"
#include "app/pages/number_line_view.h"
#include "app/pages/smooth_view.h"
#include "app/pages/tensor_header.h"
#include "widgets/card.h"
#include "widgets/theme.h"

namespace ql::gui {

MethodPage::MethodPage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      header_(new TensorHeader(this)),
      schemes_(new FocusChoice(workspace, this)),
      choice_(new Choice(this)),
      stack_(new QStackedLayout),
      numberLine_(new NumberLineView(jobs, this)) {
    header_->addControl(choice_);
    header_->addControl(schemes_);
    stack_->addWidget(makeNotice());
    views_ = {new GptqView(jobs, this), new AwqView(jobs, this), new SmoothView(jobs, this),
              numberLine_};
    for (MethodView* view : views_) {
        auto* card = new Card(this);
        auto* inside = new QVBoxLayout(card);
        inside->setContentsMargins(0, 0, 0, 0);
        inside->addWidget(view);
        stack_->addWidget(card);
        connect(view, &MethodView::saveFailed, this, &MethodPage::tellSaveFailed);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, 8, kPageMargin, kPageMargin);
    layout->setSpacing(8);
    layout->addWidget(header_);
    layout->addLayout(stack_, 1);

    connect(choice_, &QComboBox::activated, this, [this](int index) {
        preferred_ = offered_[static_cast<std::size_t>(index)];
        invalidate();
    });
    // A hidden page keeps nothing of what is gone.
    const auto follow = [this] { isVisible() ? invalidate() : forget(); };
    connect(workspace, &Workspace::modelChanged, this, &MethodPage::forget);
    connect(workspace, &Workspace::tensorChanged, this, [this, follow] {
        numberLine_->setCell(std::nullopt);
        follow();
    });
    connect(workspace, &Workspace::calibrationChanged, this, follow);
    connect(workspace, &Workspace::importanceChanged, this, follow);
    connect(workspace, &Workspace::schemesChanged, this, follow);
    connect(workspace, &Workspace::focusChanged, this, follow);
    for (const auto signal : {&Workspace::profileChanged, &Workspace::modelRunsChanged,
                              &Workspace::comparisonChanged}) {
        connect(workspace, signal, this, &MethodPage::invalidate);
    }
    connect(workspace, &Workspace::tensorResultChanged, this, [this, workspace](int id) {
        if (id == workspace->focus()) {
            invalidate();
        }
    });
}

QWidget* MethodPage::makeNotice() {
    const CalibrateNotice notice = makeCalibrateNotice(this);
    notice_ = notice.text;
    calibrate_ = notice.button;
    connect(calibrate_, &QPushButton::clicked, this,
            [this] { emit calibrateRequested(remedy_ == MethodGap::Remedy::keepGrams); });
    return notice.widget;
}

QString MethodPage::title() const { return tr("Method"); }

QString MethodPage::description() const {
    return tr("The scheme in focus at its work on this matrix: GPTQ, AWQ, SmoothQuant, FP8");
}

MethodView* MethodPage::view() const {
    const int index = stack_->currentIndex();
    return index > 0 ? views_[static_cast<std::size_t>(index - 1)] : nullptr;
}

MethodSubject MethodPage::subject(const ComparedScheme& focus, const Scheme& scheme) const {
    MethodSubject subject;
    subject.model = workspace()->model();
    subject.tensor = static_cast<std::size_t>(workspace()->tensorIndex());
    subject.rows = workspace()->rows();
    subject.scheme = scheme;
    subject.color = focus.color;
    const SchemeResult result = workspace()->tensorResult(focus.id);
    subject.run = result.run;
    subject.problem = result.problem;
    subject.plan = workspace()->modelPreview(focus.id);
    subject.transformed = workspace()->calibrated(focus.id).transformed;
    subject.calibration = workspace()->calibration();
    subject.calibrating = workspace()->calibrating();
    subject.importance = workspace()->importance();
    subject.factors = workspace()->factors();
    return subject;
}

/// Offers these views, the first one at first; the others keep nothing.
void MethodPage::offer(const std::vector<MethodView*>& views) {
    if (views != offered_) {
        offered_ = views;
        choice_->clear();
    }
    QStringList titles;
    for (const MethodView* view : offered_) {
        titles << view->title();
    }
    choice_->setTexts(titles);
    choice_->setVisible(offered_.size() > 1);
    const auto preferred = std::find(offered_.begin(), offered_.end(), preferred_);
    choice_->setCurrentIndex(
        preferred == offered_.end() ? 0 : static_cast<int>(preferred - offered_.begin()));
    for (MethodView* view : views_) {
        if (std::find(offered_.begin(), offered_.end(), view) == offered_.end()) {
            view->clear();
        }
    }
}

/// Brings up a view, unless it has nothing to show.
MethodGap MethodPage::gapOf(MethodView* view, const MethodSubject& what) {
    MethodGap gap = view->gap(what);
    if (gap.text.isEmpty()) {
        view->watch(what);
        stack_->setCurrentWidget(view->parentWidget());
    } else {
        view->clear();
    }
    return gap;
}

/// Brings up the view that is to be shown, or says why there is none.
MethodGap MethodPage::gap() {
    const auto nothing = [this](const QString& why) {
        offer({});
        return MethodGap{why};
    };
    if (const QString text = tensorNotice(*workspace()); !text.isEmpty()) {
        return nothing(text);
    }
    const ComparedScheme* focus = workspace()->scheme(workspace()->focus());
    if (!focus) {
        return nothing(tr("Add a scheme to watch it work."));
    }
    const std::optional<Scheme> scheme = workspace()->tensorScheme(focus->id);
    if (!scheme) {
        const bool known = workspace()->modelPreview(focus->id) != nullptr;
        return nothing((known
                            ? tr("%1 keeps this tensor as it is stored: there is nothing to watch.")
                            : tr("It is not known yet what %1 does with this tensor."))
                           .arg(focus->title()));
    }
    std::vector<MethodView*> views;
    std::copy_if(views_.begin(), views_.end(), std::back_inserter(views),
                 [&scheme](const MethodView* view) { return view->applies(*scheme); });
    if (views.empty()) {
        return nothing(tr("%1 rounds every weight to the nearest value of its grid, one by one: "
                          "the Weights and Error pages show all of it. Give this scheme GPTQ, AWQ, "
                          "SmoothQuant or FP8 to watch it work.")
                           .arg(focus->title()));
    }
    offer(views);
    return gapOf(offered_[static_cast<std::size_t>(choice_->currentIndex())],
                 subject(*focus, *scheme));
}

void MethodPage::refresh() {
    header_->setTensor(workspace()->tensor());
    header_->setVisible(workspace()->tensor() != nullptr);
    schemes_->refresh();
    const MethodGap missing = gap();
    remedy_ = missing.remedy;
    notice_->setText(missing.text);
    calibrate_->setVisible(remedy_ != MethodGap::Remedy::none);
    if (!missing.text.isEmpty()) {
        stack_->setCurrentIndex(0);
    }
}

void MethodPage::setCell(qint64 row, qint64 col) {
    numberLine_->setCell(QPoint(static_cast<int>(col), static_cast<int>(row)));
}

void MethodPage::forget() {
    for (MethodView* view : views_) {
        view->clear();
    }
    invalidate();
}

void MethodPage::retranslate() {
    calibrate_->setText(tr("Calibrate…"));
    calibrate_->setToolTip(tr("Run the model over a text"));
    schemes_->describe(tr("Scheme"), tr("The scheme in focus: which is watched"));
    choice_->describe(tr("View"), tr("Which part of the scheme is watched"));
    for (MethodView* view : views_) {
        view->retranslate();
    }
}

}  // namespace ql::gui
