#pragma once

#include <memory>

#include "core/grids/fp8_codec.h"

namespace ql {

/// The rows of an FP8 grid: a span is a row, whose scales are fixed at once; blocks' scales are
/// those of options.block_maxima, and a row starts at options.first_row.
std::unique_ptr<const SpanCodec> make_fp8_spans(const Fp8Codec& codec, std::int64_t cols);

}  // namespace ql
