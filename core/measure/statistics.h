// core/measure: what is said about numbers: statistics, histograms, error metrics, heatmap
// pyramids. Plain values that widgets draw; computed from rows, from decoded bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/progress.h"
#include "core/measure/histogram.h"
#include "core/tensor/row_source.h"

namespace ql {

/// Moments and extremes of the finite values of a tensor.
struct Statistics {
    std::uint64_t count = 0;  ///< all values
    std::uint64_t zeros = 0;
    std::uint64_t nan = 0;
    std::uint64_t infinite = 0;
    double mean = 0;
    double stddev = 0;  ///< population
    double skewness = 0;
    double kurtosis = 0;  ///< excess: 0 for a normal distribution
    float min = 0;
    float max = 0;
    double abs_mean = 0;
    std::uint64_t outliers = 0;  ///< finite values farther than 6 standard deviations from the mean
    double median = 0;           ///< from the fine histogram: exact to 1/4096 of the range
    double quartile_low = 0;
    double quartile_high = 0;

    float abs_max() const { return min < 0 && -min > max ? -min : max; }
    std::uint64_t non_finite() const { return nan + infinite; }
};

/// Everything the Weights page shows of one tensor.
struct TensorProfile {
    Statistics statistics;
    Histogram histogram;  ///< bins by Freedman and Diaconis, rounded up to a power of two
    std::vector<float> column_abs_max;  ///< one for each input channel
    std::vector<float> row_abs_max;     ///< one for each output channel
};

/// Two passes over the rows, in parallel; the result does not depend on the number of threads.
TensorProfile profile(const RowSource& rows, const Progress& progress = {});

}  // namespace ql
