#pragma once

#include <cstdint>
#include <memory>

#include "core/model/model.h"

namespace ql {

/// The rows of a tensor of `model`, which it keeps alive: widened from the stored bytes, turned
/// where the source stores [in, out], changed where the model has other values, and in GGUF's order
/// and values if asked. Throws
/// Error(unsupported) if the stored type cannot be decoded.
std::unique_ptr<RowSource> make_tensor_rows(std::shared_ptr<const Model> model,
                                            const ModelTensor& tensor, RowOrder order);

/// Which row in RowOrder::stored is row `row` in RowOrder::gguf.
std::int64_t stored_row(const Model& model, const ModelTensor& tensor, std::int64_t row);

}  // namespace ql
