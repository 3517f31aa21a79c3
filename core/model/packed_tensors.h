#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/files/checkpoint.h"
#include "core/grids/packed_matrix.h"
#include "core/model/packed_activations.h"

namespace ql {

/// A matrix of a quantized checkpoint, which several stored tensors make up.
struct PackedTensor {
    std::string name;  ///< "model.layers.0.self_attn.q_proj.weight", which is not stored itself
    PackedFormat format;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    /// Indices into Checkpoint::tensors(), in the order of PackedMatrix::parts() as far as they are
    /// needed (g_idx is not).
    std::vector<std::size_t> parts;
    /// Where groups are not made of neighbours (desc_act): the columns in the order of their
    /// groups, which are of equal size. Empty: as they are.
    std::vector<std::int32_t> columns = {};
    std::uint64_t bytes = 0;  ///< of all parts together
    PackedActivations activations = {};
};

struct PackedTensors {
    std::vector<PackedTensor> tensors;
    /// Of Checkpoint::tensors(): which are parts of these, or say how their inputs are stored, and
    /// are no tensors of the model by themselves.
    std::vector<bool> taken;
    std::vector<Sentence> notes;  ///< what is left out of account
};

/// Understands checkpoints that GPTQ, AWQ (the GEMM layout), compressed-tensors (integers of 4 or 8
/// bits, FP8) and DeepSeek's FP8 name in quantization_config; of others, tensors are left as they
/// are stored, and a note says so. Throws Error(bad_file) for parts that are missing or do not fit
/// together, Error(unsupported) for variants of these layouts that are not known, both naming the
/// tensor.
PackedTensors find_packed_tensors(const Checkpoint& checkpoint);

}  // namespace ql
