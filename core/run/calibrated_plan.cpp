#include "core/run/calibrated_plan.h"

namespace ql {

std::shared_ptr<const PlanWeights> CalibratedPlan::weights(
    const std::shared_ptr<const Model>& model, const Plan& plan,
    const std::shared_ptr<const ImportanceMatrix>& importance) const {
    return transformed == nullptr
               ? std::make_shared<PlanWeights>(model, plan, importance, rounded)
               : std::make_shared<PlanWeights>(transformed->model, transformed->plan,
                                               transformed->importance, rounded);
}

CalibratedPlan calibrate_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                              const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const std::vector<TokenIds>& windows, const Progress& progress) {
    CalibratedPlan result;
    // AWQ's search takes about as long as GPTQ's two passes.
    const double folded = !plan.folds() ? 0 : plan.uses_gptq() ? 0.5 : 1;
    if (plan.folds()) {
        result.transformed = std::make_shared<const TransformedModel>(
            transform_plan(decoder, model, plan, importance, windows, progress.part(0, folded)));
    }
    if (plan.uses_gptq()) {
        const TransformedModel* changed = result.transformed.get();
        result.rounded = std::make_shared<const RoundedTensors>(
            round_plan(decoder, changed != nullptr ? changed->model : model,
                       changed != nullptr ? changed->plan : plan,
                       changed != nullptr ? changed->importance : importance, windows,
                       progress.part(folded, 1)));
    }
    return result;
}

std::vector<CalibratedPlan> calibrate_plans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const std::vector<TokenIds>& windows,
    const Progress& progress) {
    std::vector<CalibratedPlan> all;
    const auto count = static_cast<double>(plans.size());
    for (const Plan& plan : plans) {
        const auto done = static_cast<double>(all.size());
        const Progress part = progress.part(done / count, (done + 1) / count);
        all.push_back(plan.uses_calibration()
                          ? calibrate_plan(Decoder(model), model, plan, importance, windows, part)
                          : CalibratedPlan());
    }
    return all;
}

}  // namespace ql
