#pragma once

#include <cstddef>

#include "core/grids/block_format.h"

namespace ql {

/// TQ1_0 and TQ2_0 (-d, 0, d for 256 values), Q1_0 (-d, d for 128) and Q2_0 (-d, 0, d, 2d for 64).
/// The bytes are those of ggml's quantizer for files, which ignores importance and knows no search:
/// d is the largest magnitude, for Q1_0 the mean one.
void encode_tq1_0(const BlockRun& run);
void encode_tq2_0(const BlockRun& run);
void encode_q1_0(const BlockRun& run);
void encode_q2_0(const BlockRun& run);

void decode_tq1_0(const std::byte* bytes, std::size_t blocks, float* out);
void decode_tq2_0(const std::byte* bytes, std::size_t blocks, float* out);
void decode_q1_0(const std::byte* bytes, std::size_t blocks, float* out);
void decode_q2_0(const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
