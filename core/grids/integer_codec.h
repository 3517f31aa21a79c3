#pragma once

#include <cstdint>
#include <vector>

#include "core/grids/grid.h"

namespace ql {

/// One row of an integer grid, taken apart. Column c belongs to group c / group_size(cols), and its
/// value is scale * (code - zero). A grid per tensor has one group, of the tensor's parameters.
struct IntegerRow {
    std::vector<std::uint8_t> codes;  ///< one per column, 0 .. 2^bits - 1
    std::vector<float> scales;        ///< one per group
    std::vector<std::uint8_t> zeros;  ///< one per group; 2^(bits-1) where not asymmetric
};

/// Plain integers with a scale, and a zero point where asymmetric, for the tensor, a row, or a
/// group of columns.
///
/// An encoded row is, without gaps between the parts,
///  - the codes, as a dense stream of `bits` bits each (bit_stream.h), padded to whole bytes. They
///    are counted from 0: symmetric codes have 2^(bits-1) added, as GPTQ stores them;
///  - the scales of the row's groups, in the scale's type, little-endian;
///  - asymmetric: the zero points of the row's groups, 0 .. 2^bits - 1, as a dense stream too.
/// Grids per tensor have only the codes; their parameters stand in TensorParams, whose zero counts
/// as inspect() does: 0 for symmetric grids.
///
/// bits_stored() counts what GPTQ, AWQ and compressed-tensors files take: codes, scales and `bits`
/// bits for each zero point, without the padding of our rows.
///
/// Scales are rounded to their stored type first, then codes are chosen by a real division and
/// rounding to nearest even. Stored scales are above 0: a group of zeros, or one whose scale would
/// underflow, gets the scale of a group reaching to 1 and codes that mean 0. A scale too large for
/// its type is infinite; callers look for decoded values that are not finite.
class IntegerCodec final : public Grid {
  public:
    /// Precondition: the numbers of `grid` are in range (make_grid checks them).
    explicit IntegerCodec(const IntegerGrid& grid) : spec_(grid), grid_(grid) {}

    const GridSpec& spec() const override { return spec_; }
    std::optional<Sentence> refuses(std::int64_t cols) const override;
    std::size_t row_bytes(std::int64_t cols) const override;
    double bits_stored(std::int64_t rows, std::int64_t cols) const override;
    bool per_tensor() const override { return grid_.granularity == Granularity::tensor; }
    TensorParams fit_tensor(const ValueRange& range) const override;
    void encode(const float* weights, std::int64_t rows, std::int64_t cols,
                const EncodeOptions& options, std::byte* out) const override;
    void decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                const TensorParams& params, float* out) const override;
    std::unique_ptr<const SpanCodec> span_codec(std::int64_t cols) const override;
    CellInfo inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                     const TensorParams& params) const override;

    /// The reference fit (min-max) of a group whose weights lie in `range`. Unlike in fit_tensor's
    /// result, the zero is always that of stored codes: 2^(bits-1) where not asymmetric.
    TensorParams fit_group(const ValueRange& range) const;

    /// Columns that share a scale: all of them for grids per channel and per tensor.
    std::int64_t group_size(std::int64_t cols) const;

    /// Takes an encoded row apart, and puts one together from codes and parameters of any origin;
    /// scales must be numbers of the stored type.
    void unpack(const std::byte* row, std::int64_t cols, const TensorParams& params,
                IntegerRow& parts) const;
    void pack(const IntegerRow& parts, std::byte* row) const;

    /// The same one at a time: the parameters of a group as fit_group gives them (grids per tensor
    /// store none), and the `cols` codes of a row.
    void store_group(std::int64_t cols, std::size_t group, const TensorParams& fit,
                     std::byte* row) const;
    void store_codes(const std::uint8_t* codes, std::int64_t cols, std::byte* row) const;

    /// A scale as it is stored: 0 where it underflows, infinite where it overflows.
    float stored_scale(float scale) const;

    int largest_code() const { return (1 << grid_.bits) - 1; }
    int lowest_code() const { return grid_.symmetry == Symmetry::narrow ? 1 : 0; }
    /// What TensorParams and inspect() subtract from stored codes and zeros.
    int code_shift() const { return asymmetric() ? 0 : middle(); }

  private:
    struct RowLayout {
        std::size_t groups = 0;  ///< whose parameters stand in the row
        std::size_t scales_at = 0;
        std::size_t zeros_at = 0;
        std::size_t bytes = 0;
    };
    RowLayout layout(std::int64_t cols) const;
    bool asymmetric() const { return grid_.symmetry == Symmetry::asymmetric; }
    int middle() const { return 1 << (grid_.bits - 1); }

    GridSpec spec_;
    IntegerGrid grid_;
};

}  // namespace ql
