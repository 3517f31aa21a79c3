#pragma once

#include <cstddef>

#include "core/grids/block_format.h"
#include "core/tensor/dtype.h"

namespace ql {

/// Encodes super-blocks of a K-quant (Q2_K Q3_K Q4_K Q5_K Q6_K) with the bytes of ggml, with or
/// without importance. Precondition: finite values.
void encode_k_blocks(DType dtype, const BlockRun& run);

/// Decodes `blocks` super-blocks; any bytes are accepted.
void decode_k_blocks(DType dtype, const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
