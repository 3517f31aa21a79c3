// What schemes need of a calibration: for jobs.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "app/calibration_request.h"
#include "core/model/calibration/calibration.h"
#include "core/run/calibrated_plan.h"

namespace ql::gui {

/// What a calibration on the text of the last one makes of plans; nothing of those that need none.
/// Cuts no text if none does. What GPTQ has rounded is kept until all is done, so that a job that
/// was interrupted goes on there when it is started again.
std::vector<CalibratedPlan> calibratePlans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const CalibrationRequest& request,
    const Progress& progress);

/// The factors of Gram matrices that were used last: making one takes longer than rounding on it,
/// and changing a scheme most often leaves it as it was. For several threads.
class FactorCache {
  public:
    /// Precondition: calibration.grams has the place.
    std::shared_ptr<const GptqFactor> factor(const std::shared_ptr<const Calibration>& calibration,
                                             const InputPlace& place, const Scheme& scheme,
                                             const Progress& progress);

  private:
    struct Entry {
        std::shared_ptr<const Calibration> calibration;
        InputPlace place;
        Gptq options;
        std::int64_t span = 0;
        std::shared_ptr<const GptqFactor> factor;
        bool operator==(const Entry&) const = default;
    };
    /// Of the entry that equals `wanted` otherwise; null if there is none.
    std::shared_ptr<const GptqFactor> find(const Entry& wanted);

    std::mutex mutex_;
    std::timed_mutex
        making_;  ///< one at a time: it takes all cores, and the next may want the same
    std::list<Entry> entries_;  ///< the last used first
};

}  // namespace ql::gui
