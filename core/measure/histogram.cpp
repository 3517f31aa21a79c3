#include "core/measure/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ql {

Histogram::Histogram(double low, double high, std::size_t bins)
    : lo(low),
      hi(high > low ? high : low + std::max(1.0, std::fabs(low))),
      counts(std::max<std::size_t>(1, bins)) {}

std::uint64_t Histogram::total() const {
    return std::accumulate(counts.begin(), counts.end(), below + above + non_finite);
}

void Histogram::add(const float* values, std::size_t count) {
    const double scale = static_cast<double>(counts.size()) / (hi - lo);
    const std::size_t last = counts.size() - 1;
    for (std::size_t i = 0; i < count; ++i) {
        const double value = values[i];
        if (value >= lo && value <= hi) {
            ++counts[std::min(last, static_cast<std::size_t>((value - lo) * scale))];
        } else if (!std::isfinite(value)) {
            ++non_finite;
        } else if (value < lo) {
            ++below;
        } else {
            ++above;
        }
    }
}

void Histogram::merge(const Histogram& other) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
        counts[i] += other.counts[i];
    }
    below += other.below;
    above += other.above;
    non_finite += other.non_finite;
}

std::size_t freedman_diaconis_bins(double lo, double hi, double interquartile_range,
                                   std::uint64_t count) {
    constexpr double kFewest = 32;
    constexpr double kMost = 512;  // more than a plot has pixels for
    const double width = 2 * interquartile_range / std::cbrt(static_cast<double>(count));
    if (!(width > 0) || !(hi > lo)) {
        return static_cast<std::size_t>(kFewest);
    }
    return static_cast<std::size_t>(std::clamp(std::ceil((hi - lo) / width), kFewest, kMost));
}

}  // namespace ql
