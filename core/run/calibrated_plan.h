#pragma once

#include <memory>
#include <vector>

#include "core/run/gptq_run.h"
#include "core/run/plan_weights.h"
#include "core/run/transform_run.h"

namespace ql {

/// What a calibration made of a plan: everything that is measured and exported comes from it.
struct CalibratedPlan {
    std::shared_ptr<const TransformedModel> transformed;  ///< null for a plan that folds nothing
    std::shared_ptr<const RoundedTensors> rounded;        ///< null for a plan without GPTQ
    /// Of the transformed model; null for a plan without fixed scales of activations.
    std::shared_ptr<const InputLimits> limits = {};

    bool exists() const {
        return transformed != nullptr || rounded != nullptr || limits != nullptr;
    }
    /// The weights that a model has under the plan. Throws what PlanWeights throws.
    std::shared_ptr<const PlanWeights> weights(
        const std::shared_ptr<const Model>& model, const Plan& plan,
        const std::shared_ptr<const ImportanceMatrix>& importance) const;
};

/// Transforms first, then looks how far activations reach, then rounds what was transformed, each
/// if the plan asks for it. What GPTQ has rounded goes to `kept`, if there is one, and is taken
/// from it. Throws what transform_plan, find_input_limits and round_plan throw.
CalibratedPlan calibrate_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                              const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const std::vector<TokenIds>& windows, const Progress& progress = {},
                              RoundingFile* kept = nullptr);

/// The same of each plan; nothing of plans that need no calibration. `windows` may be empty if none
/// does.
std::vector<CalibratedPlan> calibrate_plans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const std::vector<TokenIds>& windows,
    const Progress& progress = {}, RoundingFile* kept = nullptr);

}  // namespace ql
