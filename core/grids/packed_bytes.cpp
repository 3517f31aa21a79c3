#include <cstring>

#include "core/grids/fp8_codec.h"
#include "core/grids/integer_codec.h"
#include "core/grids/packed_codes.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

std::size_t at_row(std::int64_t row, std::size_t row_bytes) {
    return static_cast<std::size_t>(row) * row_bytes;
}

/// Signed int8 with a scale for the tensor or for each row.
class Int8Bytes final : public PackedCodes {
  public:
    Int8Bytes(const IntegerGrid& grid, std::int64_t rows, std::int64_t cols)
        : grid_(grid), codec_(grid), rows_(rows), cols_(cols), row_bytes_(codec_.row_bytes(cols)) {}

    std::vector<PackedPart> parts() const override {
        const Shape scales = codec_.per_tensor() ? Shape{1} : Shape{rows_, 1};
        return {{"weight", DType::i8, {rows_, cols_}}, {"weight_scale", grid_.scale, scales}};
    }

    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              PackedBytes parts) const override {
        IntegerRow row;
        for (std::int64_t i = first; i < first + count; ++i) {
            codec_.unpack(tensor.bytes.data() + at_row(i, row_bytes_), cols_, tensor.params, row);
            std::byte* codes = parts[0].data() + i * cols_;
            for (std::int64_t col = 0; col < cols_; ++col) {
                codes[col] =
                    static_cast<std::byte>(row.codes[static_cast<std::size_t>(col)]) ^ kSign;
            }
            if (!codec_.per_tensor() || i == 0) {
                narrow(grid_.scale, row.scales.data(), 1, parts[1].data() + i * scale_bytes());
            }
        }
    }

    TensorParams params(StoredParts parts) const override {
        TensorParams params;
        if (codec_.per_tensor()) {
            widen(grid_.scale, parts[1].data(), 1, &params.scale);
        }
        return params;
    }

    void unpack(StoredParts parts, std::int64_t first, std::int64_t count,
                std::byte* out) const override {
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(cols_));
        for (std::int64_t i = first; i < first + count; ++i) {
            const std::byte* stored = parts[0].data() + i * cols_;
            for (std::int64_t col = 0; col < cols_; ++col) {
                codes[static_cast<std::size_t>(col)] =
                    std::to_integer<std::uint8_t>(stored[col] ^ kSign);
            }
            std::byte* row = out + at_row(i - first, row_bytes_);
            codec_.store_codes(codes.data(), cols_, row);
            if (!codec_.per_tensor()) {
                TensorParams fit;
                widen(grid_.scale, parts[1].data() + i * scale_bytes(), 1, &fit.scale);
                codec_.store_group(cols_, 0, fit, row);
            }
        }
    }

  private:
    static constexpr std::byte kSign{0x80};  // codes are counted from -128 there, from 0 here

    std::int64_t scale_bytes() const { return traits(grid_.scale).block_bytes; }

    IntegerGrid grid_;
    IntegerCodec codec_;
    std::int64_t rows_;
    std::int64_t cols_;
    std::size_t row_bytes_;
};

/// FP8 codes with scales for the tensor, for rows, or for blocks of 128 × 128.
class Fp8Bytes final : public PackedCodes {
  public:
    Fp8Bytes(const PackedFormat& format, std::int64_t rows, std::int64_t cols)
        : codec_(std::get<Fp8Grid>(format.grid)),
          scale_(format.fp8_scale),
          scales_name_(format.layout == PackedLayout::fp8 ? "weight_scale_inv" : "weight_scale"),
          rows_(rows),
          cols_(cols),
          row_bytes_(codec_.row_bytes(cols)) {}

    std::vector<PackedPart> parts() const override {
        const Shape scales = codec_.per_tensor()  ? Shape{1}
                             : codec_.per_block() ? Shape{blocks_along(rows_), blocks_along(cols_)}
                                                  : Shape{rows_, 1};
        return {{"weight", codec_.dtype(), {rows_, cols_}}, {scales_name_, scale_, scales}};
    }

    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              PackedBytes parts) const override {
        for (std::int64_t i = first; i < first + count; ++i) {
            const std::byte* row = tensor.bytes.data() + at_row(i, row_bytes_);
            std::memcpy(parts[0].data() + i * cols_, row, static_cast<std::size_t>(cols_));
            if (codec_.per_tensor() ? i > 0 : i % rows_of_scale() != 0) {
                continue;
            }
            for (std::int64_t part = 0; part < scales_of_row(); ++part) {
                const float scale = codec_.scale_of(row, cols_, part, tensor.params);
                narrow(scale_, &scale, 1, parts[1].data() + scale_at(i, part));
            }
        }
    }

    TensorParams params(StoredParts parts) const override {
        TensorParams params;
        if (codec_.per_tensor()) {
            widen(scale_, parts[1].data(), 1, &params.scale);
        }
        return params;
    }

    void unpack(StoredParts parts, std::int64_t first, std::int64_t count,
                std::byte* out) const override {
        for (std::int64_t i = first; i < first + count; ++i) {
            std::byte* row = out + at_row(i - first, row_bytes_);
            std::memcpy(row, parts[0].data() + i * cols_, static_cast<std::size_t>(cols_));
            for (std::int64_t part = 0; part < codec_.scales_of_row(cols_); ++part) {
                float scale = 0;
                widen(scale_, parts[1].data() + scale_at(i, part), 1, &scale);
                codec_.store_scale(scale, cols_, part, row);
            }
        }
    }

  private:
    std::int64_t rows_of_scale() const { return codec_.per_block() ? kBlockSide : 1; }
    std::int64_t scales_of_row() const {
        return codec_.per_tensor() ? 1 : codec_.scales_of_row(cols_);
    }
    std::int64_t scale_at(std::int64_t row, std::int64_t part) const {
        return (row / rows_of_scale() * scales_of_row() + part) * traits(scale_).block_bytes;
    }

    Fp8Codec codec_;
    DType scale_;
    std::string_view scales_name_;
    std::int64_t rows_;
    std::int64_t cols_;
    std::size_t row_bytes_;
};

}  // namespace

std::unique_ptr<PackedCodes> make_packed_bytes(const PackedFormat& format, std::int64_t rows,
                                               std::int64_t cols) {
    if (const auto* integer = std::get_if<IntegerGrid>(&format.grid)) {
        return std::make_unique<Int8Bytes>(*integer, rows, cols);
    }
    return std::make_unique<Fp8Bytes>(format, rows, cols);
}

}  // namespace ql
