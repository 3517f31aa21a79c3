#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/base/progress.h"
#include "core/grids/grid.h"
#include "core/measure/histogram.h"
#include "core/tensor/row_source.h"

namespace ql {

/// A value that an 8-bit float can store, and its code.
struct Fp8Value {
    float value = 0;
    std::uint8_t code = 0;
};

/// All finite values of f8_e4m3 or f8_e5m2, rising; of the two zeros the positive one.
std::vector<Fp8Value> fp8_values(DType dtype);

/// Where a tensor's weights lie on the number line of its FP8 grid, in units of their scales.
struct NumberLine {
    DType dtype = DType::f8_e4m3;
    std::vector<Fp8Value> values;  ///< what can be stored
    /// Of w / s, saturated as the grid does, over the range of the values.
    Histogram scaled;
    /// Of log2 |w / s|, likewise, in eighths of an octave, from an octave below the least value on;
    /// what is smaller, and zeros, are below.
    Histogram magnitudes;
    std::array<std::uint64_t, 256> stored{};  ///< how many weights have each code
    std::uint64_t saturated = 0;              ///< whose code is that of the largest magnitude
    std::uint64_t subnormal = 0;              ///< stored with fewer bits than usual, but not as 0
    std::uint64_t zeros = 0;                  ///< stored as 0 or -0
    float least_scale = 0;
    float largest_scale = 0;
};

/// `rows`: the weights that were encoded to `tensor`, whose grid is an Fp8Grid. Throws
/// Error(cancelled). Precondition: the tensor has values.
NumberLine number_line(const RowSource& rows, const QuantizedTensor& tensor,
                       const Progress& progress = {});

}  // namespace ql
