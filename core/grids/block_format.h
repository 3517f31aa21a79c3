#pragma once

#include <cstddef>

#include "core/tensor/dtype.h"

namespace ql {

/// Whole rows of whole blocks to be encoded.
struct BlockRun {
    const float* values = nullptr;  ///< blocks * block_values finite floats, row after row
    std::size_t blocks = 0;
    std::size_t blocks_per_row = 1;
    /// One weight >= 0 for each column (blocks_per_row * block_values), the same for every row, or
    /// null. What the reference of a format does with it differs from format to format.
    const float* importance = nullptr;
    std::byte* out = nullptr;  ///< blocks * block_bytes

    /// The importance of the columns of a block, or null.
    const float* importance_of(std::size_t block, std::size_t block_values) const {
        return importance == nullptr ? nullptr : importance + block % blocks_per_row * block_values;
    }
};

/// What is done with a ggml block format. Encoders are deterministic: the same bytes on every
/// machine, whatever the width of its vectors and however rows are cut into runs.
struct BlockFormat {
    DType dtype;
    bool weighted;  ///< whether encode looks at the importance
    /// The bytes that ggml writes for files, with or without importance. Where its own result is
    /// undefined (scales without a finite reciprocal), the group counts as zeros.
    void (*encode)(const BlockRun& run);
    /// Our own search: the lowest sum of importance * error² (importance 1 where there is none)
    /// that it finds, never above that of encode. Null: there is none.
    void (*search)(const BlockRun& run);
    /// Decodes `blocks` blocks; any bytes are accepted.
    void (*decode)(const std::byte* bytes, std::size_t blocks, float* out);
};

/// The format of a type; null for types that are no blocks or that cannot be encoded.
const BlockFormat* block_format(DType dtype);

}  // namespace ql
