#pragma once

#include <cstdint>
#include <memory>

#include "core/model/model.h"

namespace ql {

/// The rows of a tensor of `model`, which it keeps alive: widened from the stored bytes, turned
/// where the source stores [in, out], changed where the model has other values, and in the order
/// and with the values of another form if asked. Throws Error(unsupported) if the stored type
/// cannot be decoded.
std::unique_ptr<RowSource> make_tensor_rows(std::shared_ptr<const Model> model,
                                            const ModelTensor& tensor, RowOrder order);

/// The same of rows of such a tensor in RowOrder::stored, whatever became of them.
std::unique_ptr<RowSource> in_order(std::unique_ptr<RowSource> rows, const Model& model,
                                    const ModelTensor& tensor, RowOrder order);

/// Which row in RowOrder::stored is row `row` in `order`.
std::int64_t stored_row(const Model& model, const ModelTensor& tensor, RowOrder order,
                        std::int64_t row);

}  // namespace ql
