#include "core/model/calibration/input_statistics.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr std::int64_t kChannelsAtOnce = 128;  // a piece of every row that lies in few cache lines
constexpr std::int64_t kTokensAtOnce = 64;

}  // namespace

void InputStatistics::add(const float* x, std::int64_t more_tokens, std::int64_t channel_count,
                          const Progress& progress) {
    const auto size = static_cast<std::size_t>(channel_count);
    sum_abs.resize(size);
    sum_squares.resize(size);
    max_abs.resize(size);
    strong.resize(size);
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
                             strong[at] += magnitude >= kStrong ? 1 : 0;
                         }
                     }
                 });
    const std::size_t first = token_max.size();
    token_max.resize(first + static_cast<std::size_t>(more_tokens));
    std::mutex merging;  // counts are whole numbers: the order of the pieces does not matter
    parallel_for((more_tokens + kTokensAtOnce - 1) / kTokensAtOnce, progress,
                 [&](std::int64_t piece) {
                     const std::int64_t begin = piece * kTokensAtOnce;
                     const std::int64_t end = std::min(more_tokens, begin + kTokensAtOnce);
                     for (std::int64_t token = begin; token < end; ++token) {
                         const float* row = x + token * channel_count;
                         float largest = 0;
                         for (std::int64_t c = 0; c < channel_count; ++c) {
                             largest = std::max(largest, std::fabs(row[c]));
                         }
                         token_max[first + static_cast<std::size_t>(token)] = largest;
                     }
                     ValueCounts some;
                     some.add(x + begin * channel_count,
                              static_cast<std::size_t>((end - begin) * channel_count));
                     const std::lock_guard lock(merging);
                     counts.merge(some);
                 });
    tokens += more_tokens;
}

}  // namespace ql
