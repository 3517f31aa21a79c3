#pragma once

#include <algorithm>
#include <cstdint>

namespace ql {

/// A matrix of which any rows can be had as float32: how measuring and quantizing read weights,
/// whatever they are stored as. Reading is safe from several threads at once.
class RowSource {
  public:
    RowSource(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) {}
    virtual ~RowSource() = default;

    std::int64_t rows() const { return rows_; }
    std::int64_t cols() const { return cols_; }
    std::int64_t size() const { return rows_ * cols_; }

    /// Writes rows [first, first + count), row after row, to `out` (count * cols floats).
    virtual void read(std::int64_t first, std::int64_t count, float* out) const = 0;

    /// Tells that rows [first, first + count) will not be read again soon, so that mapped pages can
    /// be given back.
    virtual void release(std::int64_t /*first*/, std::int64_t /*count*/) const {}

  private:
    std::int64_t rows_;
    std::int64_t cols_;
};

/// Rows that lie in memory (not owned).
class MemoryRows final : public RowSource {
  public:
    MemoryRows(const float* data, std::int64_t rows, std::int64_t cols)
        : RowSource(rows, cols), data_(data) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        const float* begin = data_ + first * cols();
        std::copy(begin, begin + count * cols(), out);
    }

  private:
    const float* data_;
};

/// How a matrix is cut into pieces that threads work on: by rows, about 128k values each, so that a
/// piece in float stays in the second-level cache. Depends on the shape alone, never on the number
/// of threads: sums taken per piece and added in order are the same on every machine. A matrix
/// without columns has no pieces.
struct RowChunks {
    RowChunks(std::int64_t rows, std::int64_t cols);

    std::int64_t count() const { return (rows + rows_per_chunk - 1) / rows_per_chunk; }
    std::int64_t first(std::int64_t chunk) const { return chunk * rows_per_chunk; }
    std::int64_t size(std::int64_t chunk) const {
        return std::min(rows_per_chunk, rows - first(chunk));
    }

    std::int64_t rows;
    std::int64_t rows_per_chunk;
};

}  // namespace ql
