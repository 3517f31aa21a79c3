#pragma once

#include <cstddef>

#include "core/grids/block_format.h"

namespace ql {

/// sum importance * (decoded - value)² of `count` values, in double precision; importance 1 where
/// there is none or where all of it is zero.
double weighted_square_error(const float* values, const float* decoded, const float* importance,
                             std::size_t count);

/// Puts `count` encoded blocks in place of the blocks of run.out from `first` on, each where it has
/// the lower weighted_square_error as decoded by `format` (an error that is not finite counts as
/// the worst).
void keep_better(const BlockFormat& format, const BlockRun& run, std::size_t first,
                 std::size_t count, const std::byte* blocks);

}  // namespace ql
