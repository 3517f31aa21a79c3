#pragma once

#include <cstdint>
#include <memory>

#include "core/model/model.h"

namespace ql {

/// Where the forward pass gets its weights from: the model's own, or what a scheme made of them.
/// Each tensor is asked for once in a pass over the blocks. May be used from several threads.
class WeightSource {
  public:
    virtual ~WeightSource() = default;

    /// The values of a tensor of the model in RowOrder::stored (norms of gemma as they are stored:
    /// gamma - 1 in Hugging Face form). Throws Error.
    virtual std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const = 0;

    /// Of everything that the values depend on beside the model and the text of a scheme or plan:
    /// an interrupted evaluation only goes on with the same.
    virtual std::uint64_t fingerprint() const { return 0; }
};

/// The weights as they are stored.
class StoredWeights final : public WeightSource {
  public:
    explicit StoredWeights(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

    std::unique_ptr<RowSource> rows(const ModelTensor& tensor) const override {
        return model_->rows(tensor);
    }

  private:
    std::shared_ptr<const Model> model_;
};

}  // namespace ql
