#include "core/grids/fp8_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/grids/fp8_kernels.h"
#include "core/grids/fp8_spans.h"
#include "core/grids/integer_kernels.h"

namespace ql {

// Scales are copied as they lie in memory.
static_assert(std::endian::native == std::endian::little);

std::int64_t Fp8Codec::scales_of_row(std::int64_t cols) const {
    return per_tensor() || cols == 0 ? 0 : per_block() ? blocks_along(cols) : 1;
}

std::size_t Fp8Codec::row_bytes(std::int64_t cols) const {
    return static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(scales_of_row(cols)) * sizeof(float);
}

double Fp8Codec::bits_stored(std::int64_t rows, std::int64_t cols) const {
    constexpr double kScaleBits = 32;
    const std::int64_t rows_with_scales = per_tensor()  ? 1
                                          : per_block() ? blocks_along(rows)
                                                        : rows;
    const std::int64_t scales = rows_with_scales * (per_tensor() ? 1 : scales_of_row(cols));
    return 8 * static_cast<double>(rows) * static_cast<double>(cols) +
           kScaleBits * static_cast<double>(scales);
}

float Fp8Codec::scale_for(float largest) const {
    const float most = fp8_range(grid_.dtype).largest;
    const float scale = largest / most;
    return scale > 0 ? scale : 1 / most;
}

TensorParams Fp8Codec::fit_tensor(const ValueRange& range) const {
    return {scale_for(std::max(-range.lo, range.hi)), 0};
}

void Fp8Codec::store_scale(float scale, std::int64_t cols, std::int64_t part,
                           std::byte* row) const {
    std::memcpy(row + cols + part * static_cast<std::int64_t>(sizeof scale), &scale, sizeof scale);
}

float Fp8Codec::scale_of(const std::byte* row, std::int64_t cols, std::int64_t part,
                         const TensorParams& params) const {
    float scale = params.scale;
    if (!per_tensor()) {
        std::memcpy(&scale, row + cols + part * static_cast<std::int64_t>(sizeof scale),
                    sizeof scale);
    }
    return scale;
}

void Fp8Codec::fit_row(const float* weights, std::int64_t row, std::int64_t cols,
                       const EncodeOptions& options, std::byte* out) const {
    const std::int64_t scales = scales_of_row(cols);
    const float* maxima =
        per_block() ? options.block_maxima + (options.first_row + row) / kBlockSide * scales
                    : nullptr;
    for (std::int64_t part = 0; part < scales; ++part) {
        float largest = 0;
        if (per_block()) {
            largest = maxima[part];
        } else {
            const ValueRange range = range_with_zero(weights, static_cast<std::size_t>(cols));
            largest = std::max(-range.lo, range.hi);
        }
        store_scale(scale_for(largest), cols, part, out);
    }
}

void Fp8Codec::encode(const float* weights, std::int64_t rows, std::int64_t cols,
                      const EncodeOptions& options, std::byte* out) const {
    const std::int64_t shared = shared_cols(cols);
    for (std::int64_t row = 0; row < rows; ++row) {
        const float* values = weights + row * cols;
        std::byte* bytes = out + static_cast<std::size_t>(row) * row_bytes(cols);
        fit_row(values, row, cols, options, bytes);
        for (std::int64_t col = 0; col < cols; col += shared) {
            fp8_codes(grid_.dtype, values + col,
                      static_cast<std::size_t>(std::min(shared, cols - col)),
                      scale_of(bytes, cols, col / shared, options.params),
                      reinterpret_cast<std::uint8_t*>(bytes + col));
        }
    }
}

void Fp8Codec::decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                      const TensorParams& params, float* out) const {
    const std::int64_t shared = shared_cols(cols);
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::byte* from = bytes + static_cast<std::size_t>(row) * row_bytes(cols);
        for (std::int64_t col = 0; col < cols; col += shared) {
            fp8_values(grid_.dtype, reinterpret_cast<const std::uint8_t*>(from + col),
                       static_cast<std::size_t>(std::min(shared, cols - col)),
                       scale_of(from, cols, col / shared, params), out + row * cols + col);
        }
    }
}

std::unique_ptr<const SpanCodec> Fp8Codec::span_codec(std::int64_t cols) const {
    return make_fp8_spans(*this, cols);
}

CellInfo Fp8Codec::inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                           const TensorParams& params) const {
    const Fp8Range& range = fp8_range(grid_.dtype);
    const std::int64_t shared = shared_cols(cols);
    const auto byte = std::to_integer<int>(row[col]);
    const int magnitude = std::min(byte & 0x7F, range.largest_code);
    CellInfo cell;
    cell.block_begin = col / shared * shared;
    cell.block_end = std::min(cell.block_begin + shared, cols);
    cell.scale = scale_of(row, cols, col / shared, params);
    cell.code = (byte & 0x80) != 0 ? -magnitude : magnitude;
    cell.code_min = -range.largest_code;
    cell.code_max = range.largest_code;
    cell.table = range.levels;
    return cell;
}

}  // namespace ql
