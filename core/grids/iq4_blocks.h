#pragma once

#include <cstddef>

#include "core/grids/block_format.h"

namespace ql {

/// IQ4_NL and IQ4_XS: codes of 4 bits for 16 unequally spaced levels, a scale for 32 values, which
/// IQ4_XS stores in 6 bits beside a half for 256. The bytes are those of ggml's quantizer for
/// files. Values that have no importance at all get scale 0.
void encode_iq4_nl(const BlockRun& run);
void encode_iq4_xs(const BlockRun& run);

void decode_iq4_nl(const std::byte* bytes, std::size_t blocks, float* out);
void decode_iq4_xs(const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
