#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/grids/fit.h"

namespace ql {

/// What a part of a row decodes with: ŵ = scale * level + offset, in float32 and in this order. The
/// level of code q is q - zero, or the table's entry q.
struct PartParameters {
    float scale = 1;
    float zero = 0;
    float offset = 0;
};

/// How a grid cuts rows, and which codes it has. Codes count from 0 here, whatever is stored.
struct SpanShape {
    std::int64_t span = 0;  ///< columns whose parameters are fixed together
    std::int64_t part = 0;  ///< columns that share PartParameters; divides `span`
    int lowest_code = 0;
    int largest_code = 0;
    const float* table = nullptr;  ///< levels of the codes 0 .. largest_code, or null; static

    std::int64_t parts_of_span() const { return span / part; }
};

/// A grid for rounding that fixes the parameters of a span of columns first, and then picks one
/// code after the other. The bytes are put together from these parameters and codes: nothing is
/// fitted again. Immutable; may be used from several threads.
class SpanCodec {
  public:
    virtual ~SpanCodec() = default;

    virtual const SpanShape& shape() const = 0;

    /// Fits span `index` of `rows` rows to `values` (rows × shape().span, row after row) as the
    /// grid's encode would, and stores its parameters in `row_bytes`, which is the first of these
    /// rows, encoded, each row_bytes(cols) long. options.importance is that of the span's columns.
    /// parameters: rows × parts_of_span(), row after row.
    virtual void fit(const float* values, std::int64_t rows, std::int64_t index,
                     const EncodeOptions& options, std::byte* row_bytes,
                     PartParameters* parameters) const = 0;

    /// Multiplies the scale of span `index` of one encoded row by `factor`, as nearly as it can be
    /// stored, and sets the span's parameters anew. Returns the factor that it became: 1, and
    /// nothing is changed, where a span has no scale of its own (grids per tensor), where scales
    /// are powers of two or shares of others, and where it would be 0 or infinite.
    virtual float rescale(std::byte* row, std::int64_t index, float factor,
                          PartParameters* parameters) const = 0;

    /// Stores the codes of a whole row, one byte each, beside the parameters that are there.
    virtual void store_codes(const std::uint8_t* codes, std::byte* row) const = 0;
};

}  // namespace ql
