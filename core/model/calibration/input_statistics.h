#pragma once

#include <cstdint>
#include <vector>

#include "core/base/progress.h"
#include "core/model/calibration/value_counts.h"

namespace ql {

/// What linears read, summed over tokens: one value for each input channel. Methods that choose
/// scales by activations need no more than this and the Gram matrix (facts of the papers: GPTQ,
/// AWQ, SmoothQuant, llama.cpp's importance matrix).
struct InputStatistics {
    /// The magnitude from which LLM.int8() (Dettmers et al. 2022) calls an activation an outlier.
    static constexpr float kStrong = 6;

    std::int64_t tokens = 0;
    std::vector<double> sum_abs;
    std::vector<double> sum_squares;
    std::vector<float> max_abs;
    std::vector<std::int64_t> strong;  ///< tokens with |x| >= kStrong
    std::vector<float> token_max;      ///< largest magnitude of each token, in their order
    ValueCounts counts;                ///< of all values
    /// The rows of Calibration::sampled: [sampled × channels]; empty if none were asked for.
    std::vector<float> sample;

    std::int64_t channels() const { return static_cast<std::int64_t>(max_abs.size()); }
    double mean_abs(std::size_t channel) const {
        return sum_abs[channel] / static_cast<double>(tokens);
    }
    double mean_square(std::size_t channel) const {
        return sum_squares[channel] / static_cast<double>(tokens);
    }

    /// Adds x: [tokens × channels]. The sums do not depend on the number of threads.
    void add(const float* x, std::int64_t more_tokens, std::int64_t channel_count,
             const Progress& progress);
    bool operator==(const InputStatistics&) const = default;
};

/// G = sum x xᵀ over tokens: [channels × channels], both triangles, in float64.
struct GramMatrix {
    std::int64_t channels = 0;
    std::int64_t tokens = 0;
    std::vector<double> values;
};

}  // namespace ql
