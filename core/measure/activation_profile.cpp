#include "core/measure/activation_profile.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ql {

namespace {

using Bins = std::array<std::uint64_t, ValueCounts::kBins>;

/// Bins [begin, end) that are not empty on both sides.
struct BinRange {
    std::size_t begin = 0;
    std::size_t end = 1;
};

BinRange filled_bins(const ValueCounts& counts) {
    BinRange range{ValueCounts::kBins, 0};
    for (std::size_t bin = 0; bin < ValueCounts::kBins; ++bin) {
        if (counts.negative[bin] + counts.positive[bin] > 0) {
            range.begin = std::min(range.begin, bin);
            range.end = bin + 1;
        }
    }
    return range.end > 0 ? range : BinRange{};
}

Histogram histogram_of(const Bins& bins, const BinRange& range) {
    const auto edge = [](std::size_t bin) {
        return ValueCounts::kLowest + static_cast<double>(bin) / ValueCounts::kPerOctave;
    };
    Histogram histogram(edge(range.begin), edge(range.end), range.end - range.begin);
    std::copy(bins.begin() + static_cast<std::ptrdiff_t>(range.begin),
              bins.begin() + static_cast<std::ptrdiff_t>(range.end), histogram.counts.begin());
    return histogram;
}

double median_of(std::vector<float> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return static_cast<double>(*middle);
}

}  // namespace

ActivationProfile activation_profile(const InputStatistics& statistics) {
    ActivationProfile profile;
    profile.tokens = statistics.tokens;
    profile.channels = statistics.channels();
    const auto sum = [](const auto& values) {
        return std::accumulate(values.begin(), values.end(),
                               typename std::decay_t<decltype(values)>::value_type{});
    };
    profile.mean_abs = sum(statistics.sum_abs) / profile.values();
    profile.rms = std::sqrt(sum(statistics.sum_squares) / profile.values());
    profile.strong = sum(statistics.strong);
    profile.zeros = statistics.counts.small;
    profile.max_abs = *std::max_element(statistics.max_abs.begin(), statistics.max_abs.end());
    profile.median_max_abs = median_of(statistics.max_abs);
    for (std::size_t c = 0; c < statistics.max_abs.size(); ++c) {
        const double largest = static_cast<double>(statistics.max_abs[c]);
        const double ratio = profile.median_max_abs > 0 ? largest / profile.median_max_abs : 0;
        profile.outliers += ratio >= ActivationProfile::kOutlierRatio ? 1 : 0;
        profile.peaks.push_back(
            {static_cast<std::int64_t>(c), statistics.max_abs[c], ratio,
             static_cast<double>(statistics.strong[c]) / static_cast<double>(statistics.tokens)});
    }
    std::stable_sort(
        profile.peaks.begin(), profile.peaks.end(),
        [](const ChannelPeak& a, const ChannelPeak& b) { return a.max_abs > b.max_abs; });
    const BinRange range = filled_bins(statistics.counts);
    profile.negative = histogram_of(statistics.counts.negative, range);
    profile.positive = histogram_of(statistics.counts.positive, range);
    // Neither has a sign that is worth telling.
    profile.positive.below = statistics.counts.small;
    profile.positive.above = statistics.counts.large;
    return profile;
}

}  // namespace ql
