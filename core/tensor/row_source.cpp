#include "core/tensor/row_source.h"

namespace ql {

namespace {
constexpr std::int64_t kChunkValues = 128 * 1024;  // 512 KiB of float: half a usual L2 cache
constexpr std::int64_t kRowMultiple = 4;           // the base of the heatmap pyramid is 4 x 4
}  // namespace

RowChunks::RowChunks(std::int64_t row_count, std::int64_t cols) : rows(cols == 0 ? 0 : row_count) {
    const std::int64_t fitting = kChunkValues / std::max<std::int64_t>(1, cols);
    rows_per_chunk = std::max(kRowMultiple, fitting / kRowMultiple * kRowMultiple);
}

}  // namespace ql
