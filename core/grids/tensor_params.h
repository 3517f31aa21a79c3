#pragma once

#include <cstdint>

namespace ql {

/// The smallest and largest weight of a whole tensor: what per-tensor grids are fitted to.
struct ValueRange {
    float lo = 0;
    float hi = 0;
};

/// Parameters shared by a whole tensor; used by per-tensor grids only.
struct TensorParams {
    float scale = 0;
    std::int32_t zero = 0;
    bool operator==(const TensorParams&) const = default;
};

}  // namespace ql
