#pragma once

#include <cstddef>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace ql {

/// The finite values of an FP8 type, f8_e4m3 or f8_e5m2.
struct Fp8Range {
    int largest_code = 0;  ///< of the largest finite value: 0x7E, 0x7B; 0x80 more is negative
    float largest = 0;     ///< 448, 57344
    const float* levels = nullptr;  ///< the values of -largest_code .. largest_code, rising; static
};
const Fp8Range& fp8_range(DType dtype);

/// The codes of value / scale, a real division: the nearest value, to even on ties, subnormals
/// included; what is beyond the largest value becomes the largest (no infinities, no NaN). `scale`
/// is above 0.
void fp8_codes(DType dtype, const float* values, std::size_t count, float scale,
               std::uint8_t* codes);

/// scale * the value of a code, for each of `count` codes; any codes, NaN too.
void fp8_values(DType dtype, const std::uint8_t* codes, std::size_t count, float scale, float* out);

}  // namespace ql
