#pragma once

#include "core/grids/block_format.h"

namespace ql {

/// BlockFormat::search of the formats with one scale (and at most one minimum) for each group of
/// values: the scale is searched in its stored precision, every code is the nearest one.
void search_scale(DType dtype, const BlockRun& run);          ///< Q4_0 Q5_0 Q8_0
void search_scale_minimum(DType dtype, const BlockRun& run);  ///< Q4_1 Q5_1

}  // namespace ql
