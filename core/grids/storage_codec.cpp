#include "core/grids/storage_codec.h"

#include "core/grids/block_format.h"
#include "core/grids/reference_blocks.h"
#include "core/tensor/convert.h"

namespace ql {

std::optional<Sentence> StorageCodec::refuses(std::int64_t cols) const {
    const DTypeTraits& type = traits(dtype_);
    if (cols < 0 || cols % type.block_values != 0) {
        return Sentence(
            QL_TR("core", "{} stores rows in blocks of {} values, and {} is not a multiple of {}."),
            type.name, type.block_values, cols, type.block_values);
    }
    return std::nullopt;
}

std::optional<Sentence> StorageCodec::refuses_fit(const Fit& fit) const {
    const BlockFormat* format = block_format(dtype_);
    if (format == nullptr || (fit.search && format->search == nullptr)) {
        return Grid::refuses_fit(fit);
    }
    return std::nullopt;
}

std::size_t StorageCodec::row_bytes(std::int64_t cols) const {
    const DTypeTraits& type = traits(dtype_);
    return static_cast<std::size_t>(cols) / type.block_values * type.block_bytes;
}

// Rows hold whole blocks, so rows that follow each other are one long run of values.
void StorageCodec::encode(const float* weights, std::int64_t rows, std::int64_t cols,
                          const EncodeOptions& options, std::byte* out) const {
    const auto values = static_cast<std::size_t>(rows * cols);
    const BlockFormat* format = block_format(dtype_);
    if (format == nullptr) {
        narrow(dtype_, weights, values, out);
        return;
    }
    const std::size_t block_values = traits(dtype_).block_values;
    const BlockRun run{weights, values / block_values,
                       static_cast<std::size_t>(cols) / block_values, options.importance, out};
    (options.search ? format->search : format->encode)(run);
}

void StorageCodec::decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                          const TensorParams& /*params*/, float* out) const {
    decode_values(dtype_, bytes, static_cast<std::size_t>(rows * cols), out);
}

CellInfo StorageCodec::inspect(const std::byte* row, std::int64_t /*cols*/, std::int64_t col,
                               const TensorParams& /*params*/) const {
    CellInfo cell;
    if (!is_block_of_32(dtype_)) {
        cell.block_begin = col;
        cell.block_end = col + 1;
        return cell;
    }
    const auto column = static_cast<std::size_t>(col);
    const std::size_t block = column / kBlockValues;
    const BlockParts parts = reference_parts(dtype_, row + block * traits(dtype_).block_bytes);
    cell.block_begin = static_cast<std::int64_t>(block * kBlockValues);
    cell.block_end = cell.block_begin + static_cast<std::int64_t>(kBlockValues);
    cell.scale = parts.scale;
    cell.zero = static_cast<float>(parts.zero);
    cell.offset = parts.offset;
    cell.code = parts.codes[column % kBlockValues];
    cell.code_min = parts.code_min;
    cell.code_max = parts.code_max;
    return cell;
}

}  // namespace ql
