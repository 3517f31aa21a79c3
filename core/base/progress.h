#pragma once

#include <functional>
#include <stop_token>

#include "core/base/error.h"

namespace ql {

/// How a long function tells its caller how far it is, and learns that it shall stop. A cheap value
/// to pass by const reference; a default one reports to nobody and is never cancelled. The callback
/// may be called from any thread, but never from two at once.
class Progress {
  public:
    /// `fraction` runs from 0 to 1; `text` says what is being done.
    using Report = std::function<void(double fraction, const Sentence& text)>;

    Progress() = default;
    Progress(std::stop_token stop, Report report)
        : stop_(std::move(stop)), report_(std::move(report)) {}

    /// A progress whose 0..1 covers `begin`..`end` of this one.
    Progress part(double begin, double end) const;

    void report(double fraction, const Sentence& text = {}) const;
    bool cancelled() const { return stop_.stop_requested(); }

    /// Throws Error(cancelled) once the caller asked to stop.
    void check() const;

  private:
    std::stop_token stop_;
    Report report_;
    double begin_ = 0;
    double end_ = 1;
};

}  // namespace ql
