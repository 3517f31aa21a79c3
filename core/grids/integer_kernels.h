#pragma once

#include <cstddef>
#include <cstdint>

#include "core/grids/grid.h"

namespace ql {

/// How a group of weights is put onto integers: code = clamp(rne(w / scale) + zero, lowest,
/// largest), with a real division, and w ≈ scale * (code - zero). Codes are stored as they are,
/// from 0 on.
struct GroupGrid {
    float scale = 1;
    int zero = 0;
    int lowest = 0;
    int largest = 255;
};

/// Smallest and largest of 0 and the `count` values.
ValueRange range_with_zero(const float* values, std::size_t count);

/// One byte for each of `count` values.
void group_codes(const float* values, std::size_t count, const GroupGrid& grid,
                 std::uint8_t* codes);

/// scale * (code - zero) for each of `count` codes.
void group_values(const std::uint8_t* codes, std::size_t count, float scale, int zero, float* out);

}  // namespace ql
