#pragma once

#include <cstddef>
#include <cstdint>

namespace ql {

/// Whole arrays of half and bfloat16, with the widest vectors that this machine has. The bits are
/// those of half_to_float, float_to_half, bf16_to_float and float_to_bf16 (convert.h); the arrays
/// of 16-bit values may lie at any address.
void widen_half(const void* src, std::size_t count, float* out);
void narrow_half(const float* src, std::size_t count, void* out);
void widen_bf16(const void* src, std::size_t count, float* out);
void narrow_bf16(const float* src, std::size_t count, void* out);

}  // namespace ql
