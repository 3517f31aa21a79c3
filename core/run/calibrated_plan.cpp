#include "core/run/calibrated_plan.h"

namespace ql {

std::shared_ptr<const PlanWeights> CalibratedPlan::weights(
    const std::shared_ptr<const Model>& model, const Plan& plan,
    const std::shared_ptr<const ImportanceMatrix>& importance) const {
    return transformed == nullptr
               ? std::make_shared<PlanWeights>(model, plan, importance, rounded, limits)
               : std::make_shared<PlanWeights>(transformed->model, transformed->plan,
                                               transformed->importance, rounded, limits);
}

namespace {

/// As calibrate_plan; `limits` are those of the model as it is, found when they are first needed.
CalibratedPlan calibrate_with(std::shared_ptr<const InputLimits>& limits, const Decoder& decoder,
                              const std::shared_ptr<const Model>& model, const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const std::vector<TokenIds>& windows, const Progress& progress,
                              RoundingFile* kept) {
    CalibratedPlan result;
    // AWQ's search takes about as long as GPTQ's two passes, and those twice as long as one.
    const double folding = plan.folds() ? 2 : 0;
    const double limiting = plan.fixes_activations() ? 1 : 0;
    const double all = folding + limiting + (plan.uses_gptq() ? 2 : 0);
    const double folded = folding / all;
    const double limited = (folding + limiting) / all;
    if (plan.folds()) {
        result.transformed = std::make_shared<const TransformedModel>(
            transform_plan(decoder, model, plan, importance, windows, progress.part(0, folded)));
    }
    const TransformedModel* changed = result.transformed.get();
    if (plan.fixes_activations()) {
        std::shared_ptr<const InputLimits> of_transformed;
        auto& found = changed != nullptr ? of_transformed : limits;
        if (found == nullptr) {
            found = std::make_shared<const InputLimits>(
                find_input_limits(decoder, changed != nullptr ? changed->model : model, windows,
                                  progress.part(folded, limited)));
        }
        result.limits = found;
    }
    if (plan.uses_gptq()) {
        result.rounded = std::make_shared<const RoundedTensors>(
            round_plan(decoder, changed != nullptr ? changed->model : model,
                       changed != nullptr ? changed->plan : plan,
                       changed != nullptr ? changed->importance : importance, windows,
                       result.limits, progress.part(limited, 1), kept));
    }
    return result;
}

}  // namespace

CalibratedPlan calibrate_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                              const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const std::vector<TokenIds>& windows, const Progress& progress,
                              RoundingFile* kept) {
    std::shared_ptr<const InputLimits> limits;
    return calibrate_with(limits, decoder, model, plan, importance, windows, progress, kept);
}

std::vector<CalibratedPlan> calibrate_plans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const std::vector<TokenIds>& windows,
    const Progress& progress, RoundingFile* kept) {
    std::vector<CalibratedPlan> all;
    std::shared_ptr<const InputLimits> limits;
    const auto count = static_cast<double>(plans.size());
    for (const Plan& plan : plans) {
        const auto done = static_cast<double>(all.size());
        const Progress part = progress.part(done / count, (done + 1) / count);
        all.push_back(plan.uses_calibration() ? calibrate_with(limits, Decoder(model), model, plan,
                                                               importance, windows, part, kept)
                                              : CalibratedPlan());
    }
    return all;
}

}  // namespace ql
