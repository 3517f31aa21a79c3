#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/tensor/convert.h"

/// Plain searches that try everything, for tests: errors are sums of weight * (decoded - value)².

/// A group of values with their weights.
struct WeightedGroup {
    const float* values = nullptr;
    const float* weights = nullptr;
    std::size_t count = 0;

    double weight(std::size_t j) const { return double(weights[j]); }
    double value(std::size_t j) const { return double(values[j]); }
    /// The largest magnitude of a value that has a weight.
    double extreme() const {
        double largest = 0;
        for (std::size_t j = 0; j < count; ++j) {
            largest = weights[j] > 0 ? std::max(largest, std::fabs(value(j))) : largest;
        }
        return largest;
    }
};

/// The error with the scale and the levels nearest to value / scale.
template <class Nearest>
double errorOfScale(const WeightedGroup& group, double scale, const Nearest& nearest) {
    double sum = 0;
    for (std::size_t j = 0; j < group.count; ++j) {
        const double level = scale == 0 ? 0.0 : nearest(group.value(j) / scale);
        const double error = group.value(j) - scale * level;
        sum += group.weight(j) * error * error;
    }
    return sum;
}

/// The lowest error of value = scale * level over all finite half-precision scales of either sign
/// that put the extreme on a level between `least` and `most`, with the nearest levels: exact
/// within these bounds.
template <class Nearest>
double exhaustiveScale(const WeightedGroup& group, double least, double most,
                       const Nearest& nearest) {
    const std::uint16_t first = ql::float_to_half(float(group.extreme() / most));
    const std::uint16_t last =
        std::min<std::uint16_t>(ql::float_to_half(float(group.extreme() / least)), 0x7BFF);
    double best = errorOfScale(group, 0.0, nearest);
    for (unsigned bits = first; bits <= last; ++bits) {
        const auto scale = double(ql::half_to_float(std::uint16_t(bits)));
        best = std::min(best, errorOfScale(group, scale, nearest));
        best = std::min(best, errorOfScale(group, -scale, nearest));
    }
    return best;
}

/// The nearest of the integers from `lowest` to `largest`. Adding and subtracting 1.5 * 2^52 rounds
/// as std::nearbyint does, which is a slow call on machines from before SSE 4.1.
struct NearestInteger {
    double lowest;
    double largest;
    double operator()(double position) const {
        constexpr double kMagic = 6755399441055744.0;
        const double inside = std::min(std::max(position, lowest), largest);
        return inside + kMagic - kMagic;
    }
};
