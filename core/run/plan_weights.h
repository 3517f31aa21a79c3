#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/files/imatrix.h"
#include "core/model/calibration/input_place.h"
#include "core/model/forward/weight_source.h"
#include "core/model/resolve_plan.h"
#include "core/run/gptq_run.h"
#include "core/run/input_limits.h"

namespace ql {

/// The weights that a model has after a plan was applied: decoded from the very bytes that an
/// export would write. Encoded anew each time they are read, so nothing but the rows in work is
/// held (and what GPTQ has rounded). Where a plan keeps all linears that read one tensor, they read
/// it as the model's configuration says; else, as the plan does.
class PlanWeights final : public WeightSource {
  public:
    /// `importance` may be null, and is shared otherwise; so is `rounded`, which a plan with GPTQ
    /// needs, and `limits`, which one with fixed scales of activations needs. Throws what
    /// resolve_plan throws, and Error(usage) if one of these is missing, if the plan stores what
    /// linears of one site read in different ways, or if it folds: CalibratedPlan::weights is for
    /// these.
    PlanWeights(std::shared_ptr<const Model> model, const Plan& plan,
                std::shared_ptr<const ImportanceMatrix> importance = nullptr,
                std::shared_ptr<const RoundedTensors> rounded = nullptr,
                std::shared_ptr<const InputLimits> limits = nullptr);

    /// Reading rows throws Error(bad_data) naming the tensor for weights that cannot be quantized.
    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override;
    std::unique_ptr<RowSource> original_rows(const ModelTensor& tensor) const override;
    const std::vector<float>* input_scales(int layer, InputSite site) const override;
    std::optional<Activations> activations(int layer, InputSite site) const override;
    float activation_scale(int layer, InputSite site) const override;
    /// Of the importance, the limits of activations, the changes of the model, and what GPTQ has
    /// rounded.
    std::uint64_t fingerprint() const override;

  private:
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ImportanceMatrix> importance_;
    std::shared_ptr<const RoundedTensors> rounded_;
    std::shared_ptr<const InputLimits> limits_;
    std::vector<PlanEntry> entries_;
    std::map<InputPlace, Activations> activations_;  ///< that the plan asks for
    /// The model's own, where the plan keeps all linears of a place.
    StoredActivations stored_activations_;
};

}  // namespace ql
