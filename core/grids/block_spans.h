#pragma once

#include <memory>

#include "core/grids/span_codec.h"
#include "core/tensor/dtype.h"

namespace ql {

/// The blocks of a ggml type: a span is a block, fitted by BlockFormat::encode or search on its own
/// (where ggml weights importance by the mean square of a row, this takes that of the block). Null
/// for types without blocks, and for TQ1_0, whose codes share bytes as digits.
std::unique_ptr<const SpanCodec> make_block_spans(DType dtype, std::int64_t cols);

}  // namespace ql
