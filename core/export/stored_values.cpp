#include "core/export/stored_values.h"

#include <atomic>

#include "core/base/hash.h"
#include "core/base/parallel.h"
#include "core/tensor/convert.h"
#include "core/tensor/row_source.h"

namespace ql {

MatrixShape::MatrixShape(const Shape& shape) : cols(shape.empty() ? 1 : shape.back()) {
    for (std::size_t i = 0; i + 1 < shape.size(); ++i) {
        rows *= shape[i];
    }
    if (cols == 0) {
        rows = 0;  // no rows to make room for, whatever the other dimensions say
    }
}

void hash_rows(std::span<const std::byte> bytes, std::span<std::uint64_t> hashes) {
    if (hashes.empty()) {
        return;
    }
    const std::size_t row_bytes = bytes.size() / hashes.size();
    for (std::size_t row = 0; row < hashes.size(); ++row) {
        hashes[row] = hash_bytes(bytes.data() + row * row_bytes, row_bytes);
    }
}

void hash_rows(std::span<const float> values, std::span<std::uint64_t> hashes) {
    hash_rows(std::as_bytes(values), hashes);
}

std::size_t hash_stored_rows(DType dtype, std::span<const std::byte> bytes, std::int64_t cols,
                             std::span<std::uint64_t> hashes) {
    if (!can_decode(dtype)) {
        hash_rows(bytes, hashes);
        return 0;
    }
    std::vector<float> values(hashes.size() * static_cast<std::size_t>(cols));
    decode_values(dtype, bytes.data(), values.size(), values.data());
    hash_rows(std::span<const float>(values), hashes);
    return count_non_finite(values.data(), values.size());
}

std::uint64_t make_rows(QuantizedTensor& out, const RowMaker& make, const Progress& progress) {
    const std::size_t row_bytes = out.grid->row_bytes(out.cols);
    const RowChunks chunks(out.rows, out.cols);
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(out.rows));
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> decoded(static_cast<std::size_t>(count * out.cols));
        make(first, count, out.bytes.data() + static_cast<std::size_t>(first) * row_bytes, decoded);
        hash_rows(std::span<const float>(decoded),
                  std::span(hashes).subspan(static_cast<std::size_t>(first),
                                            static_cast<std::size_t>(count)));
    });
    return hash_row_hashes(hashes.data(), hashes.size());
}

StoredValues read_stored(const Checkpoint& checkpoint, const StoredTensor& tensor,
                         const Progress& progress) {
    const MatrixShape shape(tensor.shape);
    const RowChunks chunks(shape.rows, shape.cols);
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(shape.rows));
    const std::uint64_t row_bytes =
        hashes.empty() ? 0 : tensor.bytes / static_cast<std::uint64_t>(shape.rows);
    std::atomic<std::uint64_t> non_finite = 0;
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const auto first = static_cast<std::uint64_t>(chunks.first(chunk));
        const auto count = static_cast<std::uint64_t>(chunks.size(chunk));
        const auto bytes = checkpoint.bytes(tensor, first * row_bytes, count * row_bytes);
        non_finite += hash_stored_rows(tensor.dtype, bytes, shape.cols,
                                       std::span(hashes).subspan(first, count));
        checkpoint.release(tensor, first * row_bytes, count * row_bytes);
    });
    checkpoint.release(tensor, 0, tensor.bytes);  // pages that two chunks share
    return {hash_row_hashes(hashes.data(), hashes.size()), non_finite};
}

}  // namespace ql
