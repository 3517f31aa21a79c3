#include "core/grids/packed_matrix.h"

#include "core/grids/packed_codes.h"

namespace ql {

namespace {

constexpr std::int64_t kBitsOfWord = 32;

bool in_words(PackedLayout layout) {
    return layout == PackedLayout::gptq || layout == PackedLayout::gptq_v2 ||
           layout == PackedLayout::awq || layout == PackedLayout::pack_quantized;
}

bool is_gptq(PackedLayout layout) {
    return layout == PackedLayout::gptq || layout == PackedLayout::gptq_v2;
}

/// How many codes fill whole words: 8 of 4 bits one, 32 of 3 bits three.
std::int64_t codes_in_words(int bits) { return kBitsOfWord % bits == 0 ? kBitsOfWord / bits : 32; }

std::optional<Sentence> refuses_bits(PackedLayout layout, const IntegerGrid& grid) {
    switch (layout) {
        case PackedLayout::gptq:
        case PackedLayout::gptq_v2:
            if (grid.bits == 2 || grid.bits == 3 || grid.bits == 4 || grid.bits == 8) {
                return std::nullopt;
            }
            return Sentence(QL_TR("core", "The GPTQ layout has codes of 2, 3, 4 or 8 bits."));
        case PackedLayout::awq:
            if (grid.bits == 4) {
                return std::nullopt;
            }
            return Sentence(QL_TR("core", "The AWQ layout has codes of 4 bits."));
        case PackedLayout::pack_quantized:
            if (grid.bits == 4 || grid.bits == 8) {
                return std::nullopt;
            }
            return Sentence(
                QL_TR("core", "The layout of compressed-tensors has codes of 4 or 8 bits."));
        default:
            if (grid.bits == 8 && grid.symmetry != Symmetry::asymmetric) {
                return std::nullopt;
            }
            return Sentence(QL_TR("core", "A byte for each weight holds symmetric int8."));
    }
}

std::optional<Sentence> refuses_shape(PackedLayout layout, const IntegerGrid& grid,
                                      std::int64_t rows, std::int64_t cols) {
    if (in_words(layout) && grid.granularity == Granularity::tensor) {
        return Sentence(
            QL_TR("core", "The layout has scales for rows or groups, not for tensors."));
    }
    if (!in_words(layout) && grid.granularity == Granularity::group) {
        return Sentence(
            QL_TR("core", "The layout has scales for tensors or rows, not for groups."));
    }
    const std::int64_t whole = codes_in_words(grid.bits);
    if (is_gptq(layout) && (rows % whole != 0 || cols % whole != 0)) {
        return Sentence(QL_TR("core",
                              "The GPTQ layout wants rows and columns in multiples of {}, not "
                              "{} × {}."),
                        whole, rows, cols);
    }
    if (layout == PackedLayout::awq && rows % whole != 0) {
        return Sentence(QL_TR("core", "The AWQ layout wants rows in multiples of {}, not {}."),
                        whole, rows);
    }
    return std::nullopt;
}

}  // namespace

std::optional<Sentence> PackedMatrix::refuses(const PackedFormat& format, std::int64_t rows,
                                              std::int64_t cols) {
    const auto* integer = std::get_if<IntegerGrid>(&format.grid);
    const auto* fp8 = std::get_if<Fp8Grid>(&format.grid);
    const bool floats =
        format.layout == PackedLayout::float_quantized || format.layout == PackedLayout::fp8;
    if ((floats && fp8 == nullptr) || (!floats && integer == nullptr)) {
        return Sentence(floats ? QL_TR("core", "The layout holds FP8, not {}.")
                               : QL_TR("core", "The layout holds plain integers, not {}."),
                        ql::format(format.grid));
    }
    if (rows < 1 || cols < 1) {
        return Sentence(QL_TR("core", "The matrix is empty."));
    }
    if (integer != nullptr) {
        if (auto refusal = refuses_bits(format.layout, *integer)) {
            return refusal;
        }
        if (auto refusal = refuses_shape(format.layout, *integer, rows, cols)) {
            return refusal;
        }
    }
    return make_grid(format.grid)->refuses(cols);
}

PackedMatrix::PackedMatrix(const PackedFormat& format, std::int64_t rows, std::int64_t cols)
    : format_(format),
      grid_(make_grid(format.grid)),
      rows_(rows),
      cols_(cols),
      codes_(in_words(format.layout)
                 ? make_packed_words(format.layout, std::get<IntegerGrid>(format.grid), rows, cols)
                 : make_packed_bytes(format, rows, cols)),
      parts_(codes_->parts()) {}

PackedMatrix::~PackedMatrix() = default;

std::uint64_t PackedMatrix::part_bytes(std::size_t part) const {
    const PackedPart& tensor = parts_[part];
    return *storage_bytes(tensor.dtype, *element_count(tensor.shape));
}

void PackedMatrix::pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
                        std::span<const std::span<std::byte>> parts) const {
    codes_->pack(tensor, first, count, parts);
}

TensorParams PackedMatrix::params(std::span<const std::span<const std::byte>> parts) const {
    return codes_->params(parts);
}

void PackedMatrix::unpack(std::span<const std::span<const std::byte>> parts, std::int64_t first,
                          std::int64_t count, std::byte* out) const {
    codes_->unpack(parts, first, count, out);
}

}  // namespace ql
