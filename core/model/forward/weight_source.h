#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/model/forward/input_site.h"
#include "core/model/forward/stored_activations.h"
#include "core/model/model.h"
#include "core/schemes/activations.h"

namespace ql {

/// Where the forward pass gets its weights from: the model's own, or what a scheme made of them.
/// Each tensor is asked for once in a pass over the blocks. May be used from several threads.
class WeightSource {
  public:
    virtual ~WeightSource() = default;

    /// The values of a tensor of the model in RowOrder::stored (norms of gemma as they are stored:
    /// gamma - 1 in Hugging Face form). Throws Error.
    virtual std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const = 0;

    /// The same in terms of the model that was opened, for comparing with its weights: scales that
    /// were moved to another tensor are taken back.
    virtual std::unique_ptr<RowSource> original_rows(const ModelTensor& tensor) const {
        return rows(tensor);
    }

    /// What the linears at a site of block `layer` read, channel by channel, was divided by these:
    /// scales that were moved to them. Null: it was not.
    virtual const std::vector<float>* input_scales(int /*layer*/, InputSite /*site*/) const {
        return nullptr;
    }

    /// How what the linears at a site of block `layer` read is stored; nothing: as it is. Who runs
    /// the model rounds it before they read it (core/run/activation_rounding.h).
    virtual std::optional<Activations> activations(int /*layer*/, InputSite /*site*/) const {
        return std::nullopt;
    }

    /// The scale of Activations::Scaling::fixed there. Precondition: there are activations(); of
    /// another scaling it means nothing.
    virtual float activation_scale(int /*layer*/, InputSite /*site*/) const { return 0; }

    /// Of everything that the values depend on beside the model and the text of a scheme or plan:
    /// an interrupted evaluation only goes on with the same.
    virtual std::uint64_t fingerprint() const { return 0; }
};

/// The weights as they are stored, and activations as the model's configuration says.
class StoredWeights final : public WeightSource {
  public:
    explicit StoredWeights(std::shared_ptr<const Model> model)
        : model_(std::move(model)), activations_(*model_) {}

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
        return model_->rows(tensor);
    }
    std::optional<Activations> activations(int layer, InputSite site) const override {
        return activations_.at(layer, site);
    }
    float activation_scale(int layer, InputSite site) const override {
        return activations_.scale(layer, site);
    }
    std::uint64_t fingerprint() const override { return activations_.fingerprint(); }

  private:
    std::shared_ptr<const Model> model_;
    StoredActivations activations_;
};

}  // namespace ql
