#pragma once

#include <cstddef>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace ql {

inline constexpr std::size_t kSuperBlockValues = 256;

/// What a super-block of a K-quant (Q2_K Q3_K Q4_K Q5_K Q6_K) stores, taken apart. Sub-block k
/// holds values k*n .. k*n + n - 1, n = sub_block_values(); value j of it is
///     (d * scales[k]) * codes[j] - dmin * mins[k],
/// with scales and codes as signed numbers: Q3_K's scale -32..31 and code -4..3, Q6_K's scale
/// -128..127 and code -32..31; Q2_K Q4_K Q5_K have none below 0, and only they have minima.
struct KBlock {
    std::uint16_t d = 0;     ///< bits of the half-precision super-block scale
    std::uint16_t dmin = 0;  ///< the same for the minima
    std::int8_t scales[16] = {};
    std::uint8_t mins[16] = {};
    std::int8_t codes[kSuperBlockValues] = {};
};

/// Values in a sub-block: 32 for Q4_K and Q5_K, 16 for the others.
std::size_t sub_block_values(DType dtype);

/// Writes traits(dtype).block_bytes bytes. Precondition: every number is in its range.
void pack_k_block(DType dtype, const KBlock& block, std::byte* out);

/// Fills everything but the codes; leaves minima alone where there are none.
void unpack_k_parameters(DType dtype, const std::byte* bytes, KBlock& block);

/// Any bytes are accepted.
KBlock unpack_k_block(DType dtype, const std::byte* bytes);

}  // namespace ql
