#include "core/grids/storage_codec.h"

#include "core/grids/block_anatomy.h"
#include "core/grids/block_format.h"
#include "core/grids/block_spans.h"
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
    const bool there = format != nullptr && (fit.search ? format->search != nullptr
                                                        : format->weighted || !fit.importance);
    return there ? std::nullopt : Grid::refuses_fit(fit);
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

std::unique_ptr<const SpanCodec> StorageCodec::span_codec(std::int64_t cols) const {
    return make_block_spans(dtype_, cols);
}

CellInfo StorageCodec::inspect(const std::byte* row, std::int64_t /*cols*/, std::int64_t col,
                               const TensorParams& /*params*/) const {
    CellInfo cell;
    const BlockAnatomy* anatomy = block_anatomy(dtype_);
    if (anatomy == nullptr) {
        cell.block_begin = col;
        cell.block_end = col + 1;
        return cell;
    }
    const auto block = static_cast<std::size_t>(col / anatomy->values);
    const BlockValue value =
        read_value(*anatomy, row + block * static_cast<std::size_t>(anatomy->bytes),
                   static_cast<int>(col % anatomy->values));
    cell.block_begin = col / anatomy->sub_values * anatomy->sub_values;
    cell.block_end = cell.block_begin + anatomy->sub_values;
    cell.scale = value.scale;
    cell.zero = static_cast<float>(anatomy->zero);
    cell.offset = value.offset;
    cell.code = value.code;
    cell.code_min = anatomy->code_min;
    cell.code_max = anatomy->code_max;
    cell.table = anatomy->table;
    return cell;
}

}  // namespace ql
