#pragma once

#include "core/grids/block_format.h"

namespace ql {

/// Q4_0 Q4_1 Q5_0 Q5_1 with importance: the bytes of ggml's quantizer for files. It searches for
/// the scale (and minimum) with the lowest squared error, each weighted by importance * sqrt(s +
/// x²) with s the mean of x² over the row. Precondition: run.importance is given.
void encode_weighted(DType dtype, const BlockRun& run);

}  // namespace ql
