#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/grids/fit.h"
#include "core/grids/grid_spec.h"
#include "core/grids/span_codec.h"

namespace ql {

/// What a grid stored for one weight, for people to read: w ≈ scale * level() + offset.
struct CellInfo {
    std::int64_t block_begin = 0;  ///< first column that shares the parameters
    std::int64_t block_end = 0;    ///< one past the last
    float scale = 1;
    float zero = 0;    ///< code of the value 0 where there is one (8 for Q4_0)
    float offset = 0;  ///< what is added: a minimum (Q4_1), or less a scaled one (Q4_K)
    int code = 0;
    int code_min = 0;
    int code_max = 0;  ///< code_min == code_max: the grid has no codes (F16)
    /// The levels of code_min .. code_max where they are not code - zero (IQ4_NL, FP4); else null.
    /// Lives as long as the program.
    const float* table = nullptr;

    /// The number that a code stands for, before scaling.
    float level(int of_code) const {
        return table ? table[of_code - code_min] : static_cast<float>(of_code) - zero;
    }
    float level() const { return level(code); }
};

/// A set of storable values and its reference fit. Rows are independent but for parameters that are
/// fitted to the whole tensor first; a row of `cols` floats becomes row_bytes(cols) bytes, exactly
/// as exported for storage types. Immutable; all functions may be called from several threads.
/// Encoding is deterministic on every machine.
class Grid {
  public:
    virtual ~Grid() = default;

    virtual const GridSpec& spec() const = 0;
    std::string text() const { return format(spec()); }

    /// Why rows of `cols` values cannot be stored; nothing if they can.
    virtual std::optional<Sentence> refuses(std::int64_t cols) const = 0;

    /// Bytes of an encoded row, its own parameters included. Precondition: !refuses(cols).
    virtual std::size_t row_bytes(std::int64_t cols) const = 0;

    /// Bits stored for a tensor, including parameters shared by the whole tensor.
    virtual double bits_stored(std::int64_t rows, std::int64_t cols) const;

    /// Whether encode() needs the params of fit_tensor.
    virtual bool per_tensor() const { return false; }
    virtual TensorParams fit_tensor(const ValueRange& range) const;
    /// Whether encode() needs the maxima of the tensor's blocks, and to be told its first row.
    virtual bool per_block() const { return false; }
    /// Whether the whole tensor has to be looked at before a row can be encoded.
    bool needs_range() const { return per_tensor() || per_block(); }

    /// Why the grid has no fit of this kind; nothing if it has.
    virtual std::optional<Sentence> refuses_fit(const Fit& fit) const;

    /// Encodes `rows` rows of `cols` finite floats to rows * row_bytes(cols) bytes. Precondition:
    /// !refuses_fit() of what `options` ask for.
    virtual void encode(const float* weights, std::int64_t rows, std::int64_t cols,
                        const EncodeOptions& options, std::byte* out) const = 0;

    /// Decodes `rows` rows to rows * cols floats. Any bytes are accepted (they may come from a
    /// hostile file); decoded values may then be NaN or infinite.
    virtual void decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                        const TensorParams& params, float* out) const = 0;

    /// The grid for rounding code after code under fixed parameters, for rows of `cols` values;
    /// null where there is nothing to fix (F16) or a code is no field of its own. Precondition:
    /// !refuses(cols).
    virtual std::unique_ptr<const SpanCodec> span_codec(std::int64_t cols) const;

    /// What is stored for column `col` of one encoded row.
    virtual CellInfo inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                             const TensorParams& params) const = 0;
};

/// The grid of a spec. Throws Error(unsupported) for a storage type that cannot be encoded, and
/// Error(usage) for parameters out of range.
std::shared_ptr<const Grid> make_grid(const GridSpec& spec);

/// Whether decode_rows knows the type: everything widen() knows and the encodable block formats.
bool can_decode(DType dtype);

/// Decodes `values` stored values of any decodable type (whole blocks) to float.
void decode_values(DType dtype, const void* src, std::size_t values, float* out);

/// An encoded matrix that can decode itself: the bytes that are measured and exported.
struct QuantizedTensor {
    std::shared_ptr<const Grid> grid;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    TensorParams params;
    std::vector<std::byte> bytes;  ///< rows * grid->row_bytes(cols)

    void decode_rows(std::int64_t first, std::int64_t count, float* out) const;
    CellInfo inspect(std::int64_t row, std::int64_t col) const;
};

}  // namespace ql
