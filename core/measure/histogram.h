#pragma once

#include <cstdint>
#include <vector>

namespace ql {

/// Counts of values in `counts.size()` equal bins over [lo, hi]; what falls outside is counted at
/// both ends and never drawn silently into the outermost bins.
struct Histogram {
    double lo = 0;
    double hi = 1;
    std::vector<std::uint64_t> counts;
    std::uint64_t below = 0;
    std::uint64_t above = 0;
    std::uint64_t non_finite = 0;

    Histogram() = default;
    Histogram(double low, double high, std::size_t bins);

    double bin_width() const { return (hi - lo) / static_cast<double>(counts.size()); }
    std::uint64_t total() const;

    void add(const float* values, std::size_t count);
    /// Adds the counts of a histogram with the same bins.
    void merge(const Histogram& other);
};

/// Number of bins by Freedman and Diaconis (bin width 2 IQR / n^(1/3)) over [lo, hi], between 32
/// and 512.
std::size_t freedman_diaconis_bins(double lo, double hi, double interquartile_range,
                                   std::uint64_t count);

}  // namespace ql
