#pragma once

#include <string>
#include <vector>

#include "core/measure/error_metrics.h"
#include "core/model/model.h"
#include "core/model/resolve_plan.h"
#include "core/run/calibrated_plan.h"

namespace ql {

/// What a plan did to one tensor of a model.
struct TensorOutcome {
    std::size_t tensor = 0;  ///< index into Model::tensors()
    PlanEntry entry;
    double bits = 0;  ///< stored for the tensor, kept type or scheme
    ErrorSums error;  ///< empty where the tensor is kept
};

/// What a plan did to a model.
struct ModelRun {
    Plan plan;
    std::string label;           ///< the plan's canonical text
    double bytes = 0;            ///< of all tensors, kept ones included, without file headers
    double bits_per_weight = 0;  ///< of the tensors that a scheme covers
    std::uint64_t weights = 0;   ///< values in those tensors
    ErrorSums error;             ///< over those tensors
    double encode_seconds = 0;   ///< encoding alone, summed over threads
    std::vector<TensorOutcome> tensors;  ///< all, in the model's order
};

/// Applies several plans to a model in lockstep: every weight is read and widened once for all of
/// them. The result does not depend on the number of threads. Throws Error(bad_data) naming the
/// tensor with NaN or infinite weights, Error(cancelled).
/// `importance` may be null if no plan asks for it; the weighted errors of the tensors that it
/// knows are measured for every plan. `calibrated`: of each plan, or none at all; throws
/// Error(usage) where it is missing. Errors are those of the original's weights: scales that were
/// moved are taken back.
std::vector<ModelRun> run_model(const Model& model, const std::vector<Plan>& plans,
                                const Progress& progress = {},
                                const ImportanceMatrix* importance = nullptr,
                                const std::vector<CalibratedPlan>& calibrated = {});

/// What run_model would do, without doing it: sizes, fallbacks, rules.
ModelRun preview(const Model& model, const Plan& plan,
                 const ImportanceMatrix* importance = nullptr);

}  // namespace ql
