// Hashes of what matrices decode to, as they are made and as they lie in a file. Only for
// core/export.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/base/progress.h"
#include "core/files/checkpoint.h"
#include "core/grids/grid.h"

namespace ql {

/// A tensor's rows as they are stored: all dimensions but the innermost are folded.
struct MatrixShape {
    explicit MatrixShape(const Shape& shape);

    std::int64_t rows = 1;
    std::int64_t cols = 1;
};

/// Writes the hash of each row of `values` to `hashes`.
void hash_rows(std::span<const float> values, std::span<std::uint64_t> hashes);
/// The same for rows of a type that cannot be decoded.
void hash_rows(std::span<const std::byte> bytes, std::span<std::uint64_t> hashes);

/// Hashes stored rows: their decoded values or, if the type cannot be decoded, their bytes. One
/// hash for each row. Returns how many values are not finite.
std::size_t hash_stored_rows(DType dtype, std::span<const std::byte> bytes, std::int64_t cols,
                             std::span<std::uint64_t> hashes);

/// Makes `count` rows of a matrix from `first` on: their codes, and what these decode to, which has
/// room for them.
using RowMaker = std::function<void(std::int64_t first, std::int64_t count, std::byte* codes,
                                    std::vector<float>& decoded)>;

/// Makes all rows of `out` in parallel, a chunk at a time. Returns the hash of what they decode to.
std::uint64_t make_rows(QuantizedTensor& out, const RowMaker& make, const Progress& progress);

/// What a stored tensor decodes to.
struct StoredValues {
    std::uint64_t hash = 0;        ///< as in the array of kHashesKey
    std::uint64_t non_finite = 0;  ///< NaN and infinite values
};

/// Reads a whole tensor in parallel, a chunk of rows at a time.
StoredValues read_stored(const Checkpoint& checkpoint, const StoredTensor& tensor,
                         const Progress& progress);

}  // namespace ql
