#pragma once

#include <vector>

#include "tests/core/grids/exhaustive_scale.h"

/// The finite halves from `low` to `high`, without those that are less than `apart` from the one
/// before.
inline std::vector<double> halvesBetween(double low, double high, double apart) {
    std::vector<double> halves;
    const auto take = [&](std::uint16_t bits) {
        const auto half = double(ql::half_to_float(bits));
        if (half >= low && half <= high && (halves.empty() || half - halves.back() >= apart)) {
            halves.push_back(half);
        }
    };
    for (unsigned bits = 0xFBFF; bits > 0x8000; --bits) {
        take(std::uint16_t(bits));
    }
    for (unsigned bits = 0; bits <= 0x7BFF; ++bits) {
        take(std::uint16_t(bits));
    }
    return halves;
}

/// The lowest error of value = scale * code + minimum, codes 0..largest: every pair of a positive
/// half-precision scale and a minimum, with the nearest codes. Minima go from three steps below the
/// values to their middle, scales from 1/4 of a step to 1 1/4, where a step is the range of the
/// values / largest; halves that are closer than 1/64 of a step (minima) or 1/2048 of one (scales)
/// count as one. Not exact, but finer than any difference that matters.
inline double exhaustiveScaleMinimum(const WeightedGroup& group, int largest) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t j = 0; j < group.count; ++j) {
        if (group.weight(j) > 0) {
            low = std::min(low, group.value(j));
            high = std::max(high, group.value(j));
        }
    }
    const double step = (high - low) / largest;
    const auto minima = halvesBetween(low - 3 * step, (low + high) / 2, step / 64);
    const auto scales = halvesBetween(step / 4, step * 1.25, step / 2048);
    const NearestInteger nearest{0, double(largest)};
    double best = std::numeric_limits<double>::infinity();
    for (const double scale : scales) {
        const double inverse = 1 / scale;
        for (const double minimum : minima) {
            double sum = 0;
            for (std::size_t j = 0; j < group.count && sum < best; ++j) {
                const double value = group.value(j) - minimum;
                const double error = value - scale * nearest(value * inverse);
                sum += group.weight(j) * error * error;
            }
            best = std::min(best, sum);
        }
    }
    return best;
}
