#pragma once

#include "core/grids/block_format.h"

namespace ql {

/// BlockFormat::search of the formats with two levels of scales: Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_XS.
void search_k(DType dtype, const BlockRun& run);

}  // namespace ql
