#pragma once

#include <optional>
#include <vector>

#include "core/backend/operations.h"
#include "core/base/progress.h"
#include "core/model/forward/decoder_spec.h"
#include "core/model/forward/weight_source.h"

namespace ql {

/// A linear's weights in float32.
struct LinearWeights {
    std::vector<float> weight;  ///< [rows × cols]
    std::vector<float> bias;    ///< [rows], or empty
    std::int64_t rows = 0;
    std::int64_t cols = 0;

    LinearOp op() const;
};

struct NormWeights {
    std::vector<float> weight;
    std::vector<float> bias;  ///< or empty

    NormOp op(const DecoderSpec& spec) const;
};

/// One block of a decoder in float32: the only weights that are held at a time.
struct BlockWeights {
    int layer = 0;
    NormWeights attention_norm;
    std::vector<LinearWeights> qkv;  ///< q, k and v, or one for all three
    std::optional<NormWeights> q_norm;
    std::optional<NormWeights> k_norm;
    LinearWeights attention_output;
    std::optional<NormWeights> post_attention_norm;
    NormWeights ffn_norm;
    std::vector<LinearWeights> gate_up;  ///< gate and up, or one for both; or up alone
    bool gated = true;                   ///< false: up alone
    LinearWeights down;
    std::optional<NormWeights> post_ffn_norm;
};

/// Decodes a block's weights, each tensor once, and gives the mapped pages back. Throws what the
/// source throws, Error(bad_file) for a shape that does not fit, Error(cancelled).
BlockWeights load_block(const DecoderSpec& spec, const TensorIndex& tensors, int layer,
                        const WeightSource& source, const Progress& progress);

/// Rows [first, first + count) of a tensor in float32, likewise.
std::vector<float> load_rows(const ModelTensor& tensor, std::int64_t first, std::int64_t count,
                             const WeightSource& source, const Progress& progress);

/// A norm outside the blocks; the model must have it.
NormWeights load_norm(const DecoderSpec& spec, const TensorIndex& tensors, Role role, int layer,
                      const WeightSource& source, const Progress& progress);

}  // namespace ql
