#pragma once

#include <memory>

#include "core/model/forward/weight_source.h"

namespace ql {

/// The weights of another checkpoint of the same model, as those of `original`: a quantized one
/// that somebody made of it, in either form, which also says how activations are rounded. Where
/// norms or biases of the two differ, they count too.
class OtherCheckpoint final : public WeightSource {
  public:
    /// Throws Error(usage) if the architectures differ, or if `other` lacks a tensor of the
    /// original or has it in another shape.
    OtherCheckpoint(std::shared_ptr<const Model> original, std::shared_ptr<const Model> other);

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override;
    std::optional<Activations> activations(int layer, InputSite site) const override {
        return activations_.at(layer, site);
    }
    float activation_scale(int layer, InputSite site) const override {
        return activations_.scale(layer, site);
    }
    std::uint64_t fingerprint() const override;

  private:
    std::shared_ptr<const Model> original_;
    std::shared_ptr<const Model> other_;
    StoredActivations activations_;
};

}  // namespace ql
