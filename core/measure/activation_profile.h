#pragma once

#include <cstdint>
#include <vector>

#include "core/measure/histogram.h"
#include "core/model/calibration/input_statistics.h"

namespace ql {

/// An input channel, and how far it stands out.
struct ChannelPeak {
    std::int64_t channel = 0;
    float max_abs = 0;
    double ratio = 0;   ///< max_abs over that of the median channel; 0 where that is 0
    double strong = 0;  ///< share of the tokens with |x| >= InputStatistics::kStrong
};

/// Everything the Activations page shows of what a linear reads.
struct ActivationProfile {
    /// A channel is an outlier if its largest magnitude is this many times the median channel's.
    /// LLM.int8() (Dettmers et al. 2022) asks for |x| >= 6, of models whose usual activations have
    /// a magnitude about 1; models differ in that, so we count in units of the usual channel.
    static constexpr double kOutlierRatio = 6;

    std::int64_t tokens = 0;
    std::int64_t channels = 0;
    double mean_abs = 0;
    double rms = 0;
    float max_abs = 0;
    double median_max_abs = 0;       ///< of the channels' largest magnitudes
    std::int64_t outliers = 0;       ///< channels
    std::int64_t strong = 0;         ///< values with |x| >= InputStatistics::kStrong
    std::uint64_t zeros = 0;         ///< values that are 0, or nearly so (ValueCounts::small)
    std::vector<ChannelPeak> peaks;  ///< all channels, the most outstanding first
    /// Counts over log2 |x|, of equal bins over the same range: ValueCounts as it is. What is too
    /// small or too large for it is told with the positive ones.
    Histogram negative;
    Histogram positive;

    double values() const { return static_cast<double>(tokens) * static_cast<double>(channels); }
};

/// Precondition: the statistics hold a token at least.
ActivationProfile activation_profile(const InputStatistics& statistics);

}  // namespace ql
