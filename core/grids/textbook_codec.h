#pragma once

#include "core/grids/grid.h"

namespace ql {

/// The survey's simplified code, so that learners see what each simplification costs:
///  - symmetric, per tensor: s = max|w| / (2^(b-1) - 1), codes clamped to -2^(b-1) .. 2^(b-1)-1, of
///    which the lowest cannot occur;
///  - asymmetric, per tensor: s = (max - min) / (2^b - 1) without including 0 in the range, so that
///    a one-sided tensor is clipped, and the zero point added before rounding;
///  - q4_0, per 32 columns: s = max|w| / 7, where the real format uses its full range and half
///    precision scales.
///
/// The survey's code divides by a scale of 0 where all weights (asymmetric: all equal) are zero,
/// and gets NaN; here such weights become zeros.
///
/// No runtime stores these, so a row holds the dense float32 result, and cannot be exported as
/// codes. bits_stored() is nominal: what the codes, with scales of 16 bits and zero points of
/// `bits` bits, would take if somebody stored them.
class TextbookCodec final : public Grid {
  public:
    /// Precondition: the bits of `grid` are in range (make_grid checks them).
    explicit TextbookCodec(const TextbookGrid& grid) : spec_(grid), grid_(grid) {}

    const GridSpec& spec() const override { return spec_; }
    std::optional<Sentence> refuses(std::int64_t cols) const override;
    std::size_t row_bytes(std::int64_t cols) const override;
    double bits_stored(std::int64_t rows, std::int64_t cols) const override;
    bool per_tensor() const override { return grid_.kind != TextbookKind::q4_0; }
    TensorParams fit_tensor(const ValueRange& range) const override;
    void encode(const float* weights, std::int64_t rows, std::int64_t cols,
                const EncodeOptions& options, std::byte* out) const override;
    void decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                const TensorParams& params, float* out) const override;
    /// The code is found again from the value; the scale of a q4_0 block from its largest value.
    CellInfo inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                     const TensorParams& params) const override;

  private:
    int code_min() const { return grid_.kind == TextbookKind::asymmetric ? 0 : -half_range(); }
    int code_max() const {
        return grid_.kind == TextbookKind::asymmetric ? 2 * half_range() - 1 : half_range() - 1;
    }
    int half_range() const { return 1 << (grid_.bits - 1); }
    float rounded(float weight, const TensorParams& params) const;

    GridSpec spec_;
    TextbookGrid grid_;
};

}  // namespace ql
