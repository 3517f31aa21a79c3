#pragma once

#include <cstddef>

#include "core/grids/block_format.h"

namespace ql {

/// MXFP4 and NVFP4: E2M1 numbers with a power of two for 32 values, or an E4M3 number for 16. The
/// bytes are those of ggml's quantizer for files, which ignores importance. Blocks whose largest
/// magnitude is below the smallest scale's reach take that scale. Values of NVFP4 far beyond its
/// largest (from about 1e10) become that, where ggml can no longer tell the codes' errors apart.
void encode_mxfp4(const BlockRun& run);
void encode_nvfp4(const BlockRun& run);

void decode_mxfp4(const std::byte* bytes, std::size_t blocks, float* out);
void decode_nvfp4(const std::byte* bytes, std::size_t blocks, float* out);

}  // namespace ql
