#include "core/grids/integer_codec.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/grids/bit_stream.h"
#include "core/grids/integer_kernels.h"
#include "core/grids/integer_spans.h"
#include "core/tensor/convert.h"

namespace ql {

std::optional<Sentence> IntegerCodec::refuses(std::int64_t cols) const {
    if (cols < 0 || (grid_.granularity == Granularity::group && cols % grid_.group != 0)) {
        return Sentence(QL_TR("core", "Groups of {} columns do not divide rows of {} values."),
                        grid_.group, cols);
    }
    return std::nullopt;
}

std::int64_t IntegerCodec::group_size(std::int64_t cols) const {
    return grid_.granularity == Granularity::group ? grid_.group : cols;
}

IntegerCodec::RowLayout IntegerCodec::layout(std::int64_t cols) const {
    RowLayout row;
    const auto values = static_cast<std::size_t>(cols);
    if (!per_tensor() && cols > 0) {
        row.groups = static_cast<std::size_t>(cols / group_size(cols));
    }
    row.scales_at = packed_bytes(values, grid_.bits);
    row.zeros_at = row.scales_at + row.groups * traits(grid_.scale).block_bytes;
    row.bytes = row.zeros_at + (asymmetric() ? packed_bytes(row.groups, grid_.bits) : 0);
    return row;
}

std::size_t IntegerCodec::row_bytes(std::int64_t cols) const { return layout(cols).bytes; }

double IntegerCodec::bits_stored(std::int64_t rows, std::int64_t cols) const {
    const double scale_bits = bits_per_value(grid_.scale);
    const double group_bits = scale_bits + (asymmetric() ? grid_.bits : 0);
    const double groups =
        per_tensor() ? 1.0 : static_cast<double>(rows) * static_cast<double>(layout(cols).groups);
    const double codes = static_cast<double>(rows) * static_cast<double>(cols);
    return codes * grid_.bits + groups * group_bits;
}

float IntegerCodec::stored_scale(float scale) const {
    switch (grid_.scale) {
        case DType::f16:
            return half_to_float(float_to_half(scale));
        case DType::bf16:
            return bf16_to_float(float_to_bf16(scale));
        default:
            return scale;
    }
}

TensorParams IntegerCodec::fit_group(const ValueRange& range) const {
    const float lo = std::min(range.lo, 0.0f);
    const float hi = std::max(range.hi, 0.0f);
    const float reach = std::max(-lo, hi);
    const auto steps = static_cast<float>(largest_code());
    TensorParams fit{0, middle()};
    switch (grid_.symmetry) {
        case Symmetry::symmetric:
            fit.scale = stored_scale((reach + reach) / steps);
            break;
        case Symmetry::narrow:
            fit.scale = stored_scale(reach / static_cast<float>(middle() - 1));
            break;
        case Symmetry::asymmetric:
            fit.scale = stored_scale((hi - lo) / steps);
            break;
    }
    if (fit.scale == 0) {
        // Nothing in this group can be told from 0. Any usable scale will do.
        return fit_group({-1, 1});
    }
    if (asymmetric()) {
        fit.zero = static_cast<std::int32_t>(std::nearbyint(std::min(-lo / fit.scale, steps)));
    }
    return fit;
}

TensorParams IntegerCodec::fit_tensor(const ValueRange& range) const {
    const TensorParams fit = fit_group(range);
    return {fit.scale, fit.zero - code_shift()};
}

void IntegerCodec::encode(const float* weights, std::int64_t rows, std::int64_t cols,
                          const EncodeOptions& options, std::byte* out) const {
    if (cols == 0) {
        return;
    }
    const auto size = static_cast<std::size_t>(group_size(cols));
    const auto groups = static_cast<std::size_t>(cols) / size;
    const std::size_t bytes = row_bytes(cols);
    IntegerRow parts{std::vector<std::uint8_t>(static_cast<std::size_t>(cols)),
                     std::vector<float>(groups), std::vector<std::uint8_t>(groups)};
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::size_t group = 0; group < groups; ++group) {
            const float* values = weights + row * cols + static_cast<std::int64_t>(group * size);
            const TensorParams fit = per_tensor() ? TensorParams{options.params.scale,
                                                                 options.params.zero + code_shift()}
                                                  : fit_group(range_with_zero(values, size));
            group_codes(values, size, {fit.scale, fit.zero, lowest_code(), largest_code()},
                        parts.codes.data() + group * size);
            parts.scales[group] = fit.scale;
            parts.zeros[group] = static_cast<std::uint8_t>(fit.zero);
        }
        pack(parts, out + static_cast<std::size_t>(row) * bytes);
    }
}

void IntegerCodec::decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                          const TensorParams& params, float* out) const {
    if (cols == 0) {
        return;
    }
    const auto size = static_cast<std::size_t>(group_size(cols));
    const std::size_t stride = row_bytes(cols);
    IntegerRow parts;
    for (std::int64_t row = 0; row < rows; ++row) {
        unpack(bytes + static_cast<std::size_t>(row) * stride, cols, params, parts);
        for (std::size_t group = 0; group < parts.scales.size(); ++group) {
            group_values(parts.codes.data() + group * size, size, parts.scales[group],
                         parts.zeros[group],
                         out + row * cols + static_cast<std::int64_t>(group * size));
        }
    }
}

void IntegerCodec::unpack(const std::byte* row, std::int64_t cols, const TensorParams& params,
                          IntegerRow& parts) const {
    const RowLayout at = layout(cols);
    parts.codes.resize(static_cast<std::size_t>(cols));
    unpack_codes(row, parts.codes.size(), grid_.bits, parts.codes.data());
    if (per_tensor()) {
        parts.scales.assign(1, params.scale);
        parts.zeros.assign(1, static_cast<std::uint8_t>(params.zero + code_shift()));
        return;
    }
    parts.scales.resize(at.groups);
    widen(grid_.scale, row + at.scales_at, at.groups, parts.scales.data());
    parts.zeros.assign(at.groups, static_cast<std::uint8_t>(middle()));
    if (asymmetric()) {
        unpack_codes(row + at.zeros_at, at.groups, grid_.bits, parts.zeros.data());
    }
}

void IntegerCodec::store_codes(const std::uint8_t* codes, std::int64_t cols, std::byte* row) const {
    pack_codes(codes, static_cast<std::size_t>(cols), grid_.bits, row);
}

void IntegerCodec::store_group(std::int64_t cols, std::size_t group, const TensorParams& fit,
                               std::byte* row) const {
    if (per_tensor()) {
        return;
    }
    const RowLayout at = layout(cols);
    narrow(grid_.scale, &fit.scale, 1,
           row + at.scales_at + group * traits(grid_.scale).block_bytes);
    if (asymmetric()) {
        put_bits(row + at.zeros_at, group * static_cast<std::size_t>(grid_.bits), grid_.bits,
                 static_cast<unsigned>(fit.zero));
    }
}

std::unique_ptr<const SpanCodec> IntegerCodec::span_codec(std::int64_t cols) const {
    return make_integer_spans(*this, cols);
}

void IntegerCodec::pack(const IntegerRow& parts, std::byte* row) const {
    const auto cols = static_cast<std::int64_t>(parts.codes.size());
    const RowLayout at = layout(cols);
    store_codes(parts.codes.data(), cols, row);
    narrow(grid_.scale, parts.scales.data(), at.groups, row + at.scales_at);
    if (asymmetric()) {
        pack_codes(parts.zeros.data(), at.groups, grid_.bits, row + at.zeros_at);
    }
}

CellInfo IntegerCodec::inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                               const TensorParams& params) const {
    IntegerRow parts;
    unpack(row, cols, params, parts);
    const std::int64_t size = group_size(cols);
    const auto group = static_cast<std::size_t>(col / size);
    CellInfo cell;
    cell.block_begin = col / size * size;
    cell.block_end = cell.block_begin + size;
    cell.scale = parts.scales[group];
    cell.zero = static_cast<float>(parts.zeros[group] - code_shift());
    cell.code = parts.codes[static_cast<std::size_t>(col)] - code_shift();
    cell.code_min = lowest_code() - code_shift();
    cell.code_max = largest_code() - code_shift();
    return cell;
}

}  // namespace ql
