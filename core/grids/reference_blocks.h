#pragma once

#include <cstddef>

#include "core/tensor/dtype.h"

namespace ql {

/// The block formats of 32 values (Q4_0 Q4_1 Q5_0 Q5_1 Q8_0) in plain code, to be read: what a
/// block means and how the reference of the format fits it. The vector code of block_kernels.h must
/// give the same bits; tests hold the two against each other. Source: the GGUF format and the
/// quantizers of ggml without importance weights.
///
/// One thing goes beyond the reference, where its own result would be undefined: a block whose
/// scale is too small to have a reciprocal is stored as zeros. A scale or minimum that is too large
/// for half precision becomes infinite, as in ggml; callers look for decoded values that are not
/// finite.
inline constexpr std::size_t kBlockValues = 32;

/// Whether `dtype` is one of the five formats.
bool is_block_of_32(DType dtype);

/// Encodes `blocks` * 32 finite floats. Precondition: is_block_of_32(dtype), here and below.
void reference_encode(DType dtype, const float* values, std::size_t blocks, std::byte* out);

/// Decodes `blocks` blocks; any bytes are accepted.
void reference_decode(DType dtype, const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
