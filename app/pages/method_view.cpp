#include "app/pages/method_view.h"

namespace ql::gui {

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
