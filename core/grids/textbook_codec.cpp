#include "core/grids/textbook_codec.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ql {

namespace {
constexpr std::int64_t kBlock = 32;

float largest_magnitude(const float* values, std::int64_t count) {
    float largest = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        largest = std::max(largest, std::fabs(values[i]));
    }
    return largest;
}
}  // namespace

std::optional<Sentence> TextbookCodec::refuses(std::int64_t cols) const {
    if (cols < 0 || (!per_tensor() && cols % kBlock != 0)) {
        return Sentence(
            QL_TR("core", "{} stores rows in blocks of {} values, and {} is not a multiple of {}."),
            text(), kBlock, cols, kBlock);
    }
    return std::nullopt;
}

std::size_t TextbookCodec::row_bytes(std::int64_t cols) const {
    return static_cast<std::size_t>(cols) * sizeof(float);
}

double TextbookCodec::bits_stored(std::int64_t rows, std::int64_t cols) const {
    constexpr double kScaleBits = 16;
    const double values = static_cast<double>(rows) * static_cast<double>(cols);
    const double groups = per_tensor() ? 1 : values / static_cast<double>(kBlock);
    const double zero_bits = grid_.kind == TextbookKind::asymmetric ? grid_.bits : 0;
    return values * grid_.bits + groups * (kScaleBits + zero_bits);
}

TensorParams TextbookCodec::fit_tensor(const ValueRange& range) const {
    TensorParams params;
    if (grid_.kind == TextbookKind::symmetric) {
        const float largest = std::max(std::fabs(range.lo), std::fabs(range.hi));
        params.scale = largest / static_cast<float>(half_range() - 1);
    } else if (grid_.kind == TextbookKind::asymmetric) {
        const float spread = std::min(range.hi - range.lo, std::numeric_limits<float>::max());
        params.scale = spread / static_cast<float>(code_max());
        if (params.scale > 0) {
            const float zero = std::nearbyint(-range.lo / params.scale);
            params.zero =
                static_cast<std::int32_t>(std::clamp(zero, 0.0f, static_cast<float>(code_max())));
        }
    }
    return params;
}

// The nearest storable value of one weight. Rounding after the zero point was added is the survey's
// order: it differs from the usual one where a weight lies exactly between two codes.
float TextbookCodec::rounded(float weight, const TensorParams& params) const {
    if (params.scale == 0) {
        return 0;
    }
    const auto zero = static_cast<float>(params.zero);
    const float code = std::clamp(std::nearbyint(weight / params.scale + zero),
                                  static_cast<float>(code_min()), static_cast<float>(code_max()));
    return (code - zero) * params.scale;
}

void TextbookCodec::encode(const float* weights, std::int64_t rows, std::int64_t cols,
                           const EncodeOptions& options, std::byte* out) const {
    const std::int64_t count = rows * cols;
    const std::int64_t step = per_tensor() ? count : kBlock;
    for (std::int64_t begin = 0; begin < count; begin += step) {
        TensorParams used = options.params;
        if (!per_tensor()) {
            used = {largest_magnitude(weights + begin, kBlock) / 7.0f, 0};
        }
        for (std::int64_t i = begin; i < begin + step; ++i) {
            const float value = rounded(weights[i], used);
            std::memcpy(out + i * static_cast<std::int64_t>(sizeof value), &value, sizeof value);
        }
    }
}

void TextbookCodec::decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                           const TensorParams& /*params*/, float* out) const {
    if (rows * cols > 0) {
        std::memcpy(out, bytes, static_cast<std::size_t>(rows) * row_bytes(cols));
    }
}

CellInfo TextbookCodec::inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                                const TensorParams& params) const {
    CellInfo cell;
    cell.block_begin = per_tensor() ? 0 : col / kBlock * kBlock;
    cell.block_end = per_tensor() ? cols : cell.block_begin + kBlock;
    cell.scale = params.scale;
    cell.zero = static_cast<float>(params.zero);
    if (!per_tensor()) {
        float block[kBlock];
        std::memcpy(block, row + cell.block_begin * static_cast<std::int64_t>(sizeof(float)),
                    sizeof block);
        cell.scale = largest_magnitude(block, kBlock) / 7.0f;
    }
    float value = 0;
    std::memcpy(&value, row + col * static_cast<std::int64_t>(sizeof value), sizeof value);
    if (cell.scale != 0) {
        const float code = std::nearbyint(value / cell.scale) + cell.zero;
        cell.code = static_cast<int>(
            std::clamp(code, static_cast<float>(code_min()), static_cast<float>(code_max())));
    }
    cell.code_min = code_min();
    cell.code_max = code_max();
    return cell;
}

}  // namespace ql
