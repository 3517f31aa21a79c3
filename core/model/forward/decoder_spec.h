#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "core/backend/operations.h"
#include "core/model/forward/rotary.h"
#include "core/model/model.h"

namespace ql {

/// The tensors of a model by what they are for.
class TensorIndex {
  public:
    explicit TensorIndex(const Model& model);

    /// Null if the model has none. `layer` is -1 outside the blocks.
    const ModelTensor* find(Role role, int layer = -1, bool bias = false) const;

  private:
    std::map<std::tuple<Role, int, bool>, const ModelTensor*> tensors_;
};

/// What one block does differently from the others.
struct BlockSpec {
    std::int64_t window = 0;  ///< tokens that attention sees, itself included; 0: all before it
    bool local_rotary = false;
};

/// A decoder as the forward pass sees it. What a block consists of (biases, norms of queries and
/// keys, norms after attention and MLP, gates, fused projections) shows in the tensors it has.
struct DecoderSpec {
    std::int64_t width = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t feed_forward = 0;
    std::int64_t embedding_rows = 0;    ///< ids are below this: they have an embedding and a logit
    std::int64_t vocabulary = 0;        ///< rows of the output matrix: logits of a token
    std::int64_t longest_sequence = 0;  ///< where positions are learned; 0: no limit
    bool centred_norms = false;         ///< LayerNorm instead of RMSNorm
    double norm_epsilon = 0;
    float embedding_scale = 1;
    float attention_scale = 1;
    float attention_softcap = 0;  ///< 0: none
    float output_softcap = 0;
    Activation activation = Activation::silu;
    Rotary rotary;
    Rotary local_rotary;  ///< of windowed blocks that rotate differently
    std::vector<BlockSpec> blocks;
    bool tied_output = false;  ///< the embedding is the output matrix
};

/// Derives the description from the architecture, the hyper-parameters and the tensors that are
/// there. Throws Error(unsupported, bad_file, limit) if the model cannot be run.
DecoderSpec decoder_spec(const Model& model);

/// Why a model cannot be run (it can still be looked at and quantized without data): missing or
/// unknown tensors, an unknown architecture or setting, a type that cannot be decoded. Nothing if
/// it can.
std::optional<Sentence> cannot_run(const Model& model);

}  // namespace ql
