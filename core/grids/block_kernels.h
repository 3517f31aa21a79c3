#pragma once

#include <cstddef>

#include "core/tensor/dtype.h"

namespace ql {

/// Encodes and decodes blocks of 32 (Q4_0 Q4_1 Q5_0 Q5_1 Q8_0) with the widest vectors that this
/// machine has. The same contract and the same bits as reference_blocks.h.
void encode_blocks(DType dtype, const float* values, std::size_t blocks, std::byte* out);
void decode_blocks(DType dtype, const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
