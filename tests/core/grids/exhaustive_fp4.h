#pragma once

#include "core/grids/block_layout.h"
#include "tests/core/grids/exhaustive_scale.h"

/// The nearest of any levels.
template <class Levels>
struct NearestLevel {
    Levels levels;
    double operator()(double position) const {
        double nearest = double(levels[0]);
        for (const auto level : levels) {
            const double distance = std::fabs(double(level) - position);
            nearest = distance < std::fabs(nearest - position) ? double(level) : nearest;
        }
        return nearest;
    }
};

/// The lowest error of MXFP4: every exponent. Exact.
inline double exhaustiveMxfp4(const WeightedGroup& group) {
    double best = std::numeric_limits<double>::infinity();
    for (int byte = 0; byte < 255; ++byte) {
        const auto scale = double(ql::mxfp4_scale(std::uint8_t(byte)));
        best = std::min(best, errorOfScale(group, scale, NearestLevel{ql::kFp4Values}));
    }
    return best;
}

/// The lowest error of NVFP4: every scale of each sixteen values. Exact.
inline double exhaustiveNvfp4(const WeightedGroup& block) {
    constexpr std::size_t kPart = 16;
    double sum = 0;
    for (std::size_t at = 0; at < block.count; at += kPart) {
        const WeightedGroup group{block.values + at, block.weights + at, kPart};
        double best = std::numeric_limits<double>::infinity();
        for (int byte = 0; byte < 127; ++byte) {
            const auto scale = double(ql::nvfp4_scale(std::uint8_t(byte)));
            best = std::min(best, errorOfScale(group, scale, NearestLevel{ql::kFp4Values}));
        }
        sum += best;
    }
    return sum;
}
