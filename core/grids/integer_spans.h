#pragma once

#include <memory>

#include "core/grids/integer_codec.h"

namespace ql {

/// The groups of an integer grid: a span is a group; the whole row for grids per channel and per
/// tensor, whose parameters come with the options.
std::unique_ptr<const SpanCodec> make_integer_spans(const IntegerCodec& codec, std::int64_t cols);

}  // namespace ql
