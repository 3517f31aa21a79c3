#pragma once

#include <memory>
#include <vector>

#include "core/files/imatrix.h"
#include "core/model/forward/weight_source.h"
#include "core/model/resolve_plan.h"

namespace ql {

/// The weights that a model has after a plan was applied: decoded from the very bytes that an
/// export would write. Encoded anew each time they are read, so nothing but the rows in work is
/// held.
class PlanWeights final : public WeightSource {
  public:
    /// `importance` may be null, and is shared otherwise. Throws what resolve_plan throws.
    PlanWeights(std::shared_ptr<const Model> model, const Plan& plan,
                std::shared_ptr<const ImportanceMatrix> importance = nullptr);

    /// Reading rows throws Error(bad_data) naming the tensor for weights that cannot be quantized.
    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override;
    std::uint64_t fingerprint() const override;  ///< of the importance

  private:
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ImportanceMatrix> importance_;
    std::vector<PlanEntry> entries_;
};

}  // namespace ql
