#include "app/pages/method_view.h"

#include "app/text.h"

namespace ql::gui {

void MethodView::watch(const MethodSubject& subject) {
    MethodSubject needed = relevant(subject);
    const bool stopped = error_ && error_->code() == ErrorCode::cancelled;
    if (subject_ != needed || stopped) {
        clear();
        subject_ = std::move(needed);
        working_ = true;
        start();
        showStatus();
    }
}

void MethodView::clear() {
    subject_.reset();
    working_ = false;
    error_.reset();
    forget();
}

void MethodView::fail(const Error& error) {
    working_ = false;
    error_ = error;
    showStatus();
}

QString MethodView::status() const {
    return error_ ? translated(*error_) : working_ ? workingText() : QString();
}

MethodGap inputGap(const MethodSubject& subject) {
    if (!input_place(subject.of())) {
        return {
            MethodView::tr("The method goes by what a linear reads, and this tensor is none. "
                           "Choose a matrix of attention or of the MLP in the model tree.")};
    }
    if (subject.calibrating) {
        return {MethodView::tr("Calibrating…")};
    }
    if (!subject.calibration) {
        return {MethodView::tr("The method goes by what this matrix reads, and that is not known "
                               "yet: run the model over a text."),
                MethodGap::Remedy::calibrate};
    }
    if (!subject.calibration->of(subject.of())) {
        return {MethodView::tr("The calibration does not know this tensor's input.")};
    }
    return {};
}

}  // namespace ql::gui
