#pragma once

#include <cstdint>
#include <vector>

namespace ql {

/// The smallest and largest of some weights.
struct ValueRange {
    float lo = 0;
    float hi = 0;
};

/// The side of the blocks of a matrix that share a scale, as DeepSeek-V3 stores its weights: the
/// last ones of rows and columns may be smaller.
inline constexpr std::int64_t kBlockSide = 128;
inline std::int64_t blocks_along(std::int64_t values) {
    return (values + kBlockSide - 1) / kBlockSide;
}

/// What grids whose rows share parameters are fitted to: the range of a whole tensor, and the
/// largest magnitude of each of its blocks, [blocks_along(rows) × blocks_along(cols)].
struct TensorRange : ValueRange {
    std::vector<float> block_maxima = {};
};

/// Parameters shared by a whole tensor; used by per-tensor grids only.
struct TensorParams {
    float scale = 0;
    std::int32_t zero = 0;
    bool operator==(const TensorParams&) const = default;
};

}  // namespace ql
