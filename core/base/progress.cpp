#include "core/base/progress.h"

namespace ql {

Progress Progress::part(double begin, double end) const {
    Progress inner = *this;
    inner.begin_ = begin_ + begin * (end_ - begin_);
    inner.end_ = begin_ + end * (end_ - begin_);
    return inner;
}

void Progress::report(double fraction, const Sentence& text) const {
    if (report_) {
        report_(begin_ + fraction * (end_ - begin_), text);
    }
}

void Progress::check() const {
    if (cancelled()) {
        throw Error(ErrorCode::cancelled, Sentence(QL_TR("core", "Stopped on request.")));
    }
}

}  // namespace ql
