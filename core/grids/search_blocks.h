#pragma once

#include "core/grids/block_format.h"

namespace ql {

/// BlockFormat::search of the formats with one scale (and at most one minimum) for each group of
/// values: the scale is searched in its stored precision, every code is the nearest one.
void search_scale(DType dtype,
                  const BlockRun& run);  ///< Q4_0 Q5_0 Q8_0 IQ4_NL TQ1_0 TQ2_0 Q1_0 Q2_0
void search_scale_minimum(DType dtype, const BlockRun& run);  ///< Q4_1 Q5_1
void search_fp4(DType dtype, const BlockRun& run);            ///< MXFP4 NVFP4

}  // namespace ql
