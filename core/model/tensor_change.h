#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/tensor/dtype.h"
#include "core/tensor/row_source.h"

namespace ql {

/// Other values for a tensor than those that are stored: what is left of the function of a model
/// when scales move from one tensor to another. All are in RowOrder::stored.
struct TensorChange {
    /// Of a vector (a norm, a bias): all its values; nothing else then counts.
    std::vector<float> values = {};
    std::vector<float> columns = {};  ///< factor of each column, or empty
    std::vector<float> rows = {};     ///< divisor of each row, or empty
    /// Bounds of magnitudes, after factors and divisors: of each row one for every `span` columns;
    /// or empty.
    std::vector<float> bounds = {};
    std::int64_t span = 0;
    /// The type that the values are rounded to at last, of f32, f16 and bf16; nothing where a grid
    /// will do so.
    std::optional<DType> rounded = {};

    /// Changes rows [first, first + count) of a matrix of `cols` columns.
    void apply(std::int64_t first, std::int64_t count, std::int64_t cols, float* weights) const;
    /// Takes such rows back: undoes factors and divisors.
    void undo(std::int64_t first, std::int64_t count, std::int64_t cols, float* weights) const;
};

/// The values as they are once they were stored as `dtype`, one of f32, f16 and bf16.
void round_to(DType dtype, float* values, std::size_t count);

/// The rows of `source` as `change` makes them. `change` must outlive the result.
std::unique_ptr<RowSource> changed_rows(std::unique_ptr<RowSource> source,
                                        const TensorChange& change);

/// Rows of a changed tensor, taken back by TensorChange::undo. `change` must outlive the result.
std::unique_ptr<RowSource> restored_rows(std::unique_ptr<RowSource> source,
                                         const TensorChange& change);

}  // namespace ql
