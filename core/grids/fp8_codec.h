#pragma once

#include "core/grids/grid.h"

namespace ql {

/// FP8 with a scale for the tensor, a row, or a block of 128 × 128 weights (the OCP codes E4M3 "fn"
/// and E5M2; blocks as in DeepSeek-V3).
///
/// A scale is s = max |w| / 448 (E5M2: / 57344) in float32, by a real division, and a code that of
/// w / s, rounded to nearest even and saturated before. Where everything is zero, or s would
/// underflow, it is that of a largest weight of 1.
///
/// An encoded row is its codes, a byte each, then its scales in float32, little-endian: one of the
/// row, or one for each 128 columns. Rows of one block repeat its scale, so that each can be
/// decoded alone; bits_stored() counts it once. Grids per tensor have only the codes; their scale
/// stands in TensorParams.
///
/// inspect() counts codes as people read them: the 7 bits of the magnitude, with its sign.
class Fp8Codec final : public Grid {
  public:
    /// Precondition: the type of `grid` is one of the two (make_grid checks it).
    explicit Fp8Codec(const Fp8Grid& grid) : spec_(grid), grid_(grid) {}

    const GridSpec& spec() const override { return spec_; }
    std::optional<Sentence> refuses(std::int64_t /*cols*/) const override { return std::nullopt; }
    std::size_t row_bytes(std::int64_t cols) const override;
    double bits_stored(std::int64_t rows, std::int64_t cols) const override;
    bool per_tensor() const override { return grid_.scaling == Fp8Scaling::tensor; }
    bool per_block() const override { return grid_.scaling == Fp8Scaling::block; }
    TensorParams fit_tensor(const ValueRange& range) const override;
    void encode(const float* weights, std::int64_t rows, std::int64_t cols,
                const EncodeOptions& options, std::byte* out) const override;
    void decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                const TensorParams& params, float* out) const override;
    /// A span is a whole row: parameters are those of the original weights.
    std::unique_ptr<const SpanCodec> span_codec(std::int64_t cols) const override;
    CellInfo inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                     const TensorParams& params) const override;

    DType dtype() const { return grid_.dtype; }
    /// Columns of a row that share a scale; the last ones may be fewer.
    std::int64_t shared_cols(std::int64_t cols) const { return per_block() ? kBlockSide : cols; }
    /// Scales that a row of `cols` values has, and which: that of the `part`th shared_cols().
    std::int64_t scales_of_row(std::int64_t cols) const;
    float scale_of(const std::byte* row, std::int64_t cols, std::int64_t part,
                   const TensorParams& params) const;
    /// Fits the scales of one row, `row` rows after options.first_row, and stores them behind its
    /// codes.
    void fit_row(const float* weights, std::int64_t row, std::int64_t cols,
                 const EncodeOptions& options, std::byte* out) const;
    void store_scale(float scale, std::int64_t cols, std::int64_t part, std::byte* row) const;

  private:
    float scale_for(float largest) const;

    GridSpec spec_;
    Fp8Grid grid_;
};

}  // namespace ql
