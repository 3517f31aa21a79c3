#include "core/model/calibration/input_statistics.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr std::int64_t kChannelsAtOnce = 128;  // a piece of every row that lies in few cache lines

}  // namespace

void InputStatistics::add(const float* x, std::int64_t more_tokens, std::int64_t channel_count,
                          const Progress& progress) {
    const auto size = static_cast<std::size_t>(channel_count);
    sum_abs.resize(size);
    sum_squares.resize(size);
    max_abs.resize(size);
    parallel_for((channel_count + kChannelsAtOnce - 1) / kChannelsAtOnce, progress,
                 [&](std::int64_t piece) {
                     const std::int64_t begin = piece * kChannelsAtOnce;
                     const std::int64_t end = std::min(channel_count, begin + kChannelsAtOnce);
                     for (std::int64_t token = 0; token < more_tokens; ++token) {
                         for (std::int64_t c = begin; c < end; ++c) {
                             const auto at = static_cast<std::size_t>(c);
                             const float magnitude = std::fabs(x[token * channel_count + c]);
                             sum_abs[at] += static_cast<double>(magnitude);
                             sum_squares[at] += static_cast<double>(magnitude) * magnitude;
                             max_abs[at] = std::max(max_abs[at], magnitude);
                         }
                     }
                 });
    for (std::int64_t token = 0; token < more_tokens; ++token) {
        const float* row = x + token * channel_count;
        const float* largest = std::max_element(
            row, row + channel_count, [](float a, float b) { return std::fabs(a) < std::fabs(b); });
        token_max.push_back(std::fabs(*largest));
    }
    tokens += more_tokens;
}

}  // namespace ql
