#include "core/grids/search_result.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ql {

namespace {

// Sums of term(j) for all j < count: four side by side, which do not wait for each other.
template <class Term>
double sum_of(std::size_t count, const Term& term) {
    double sums[4] = {};
    std::size_t j = 0;
    for (; j + 4 <= count; j += 4) {
        for (std::size_t i = 0; i < 4; ++i) {
            sums[i] += term(j + i);
        }
    }
    for (; j < count; ++j) {
        sums[0] += term(j);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

double weighted_square_error(const float* values, const float* decoded, const float* importance,
                             std::size_t count) {
    const auto square = [&](std::size_t j) {
        const double error = static_cast<double>(decoded[j]) - static_cast<double>(values[j]);
        return error * error;
    };
    const auto is_zero = [](float weight) { return weight == 0; };
    if (importance == nullptr || std::all_of(importance, importance + count, is_zero)) {
        return sum_of(count, square);
    }
    return sum_of(count,
                  [&](std::size_t j) { return static_cast<double>(importance[j]) * square(j); });
}

void keep_better(const BlockFormat& format, const BlockRun& run, std::size_t first,
                 std::size_t count, const std::byte* blocks) {
    const std::size_t values = traits(format.dtype).block_values;
    const std::size_t bytes = traits(format.dtype).block_bytes;
    std::byte* kept = run.out + first * bytes;
    std::vector<float> decoded(2 * count * values);
    float* kept_values = decoded.data();
    float* new_values = decoded.data() + count * values;
    format.decode(kept, count, kept_values);
    format.decode(blocks, count, new_values);
    for (std::size_t i = 0; i < count; ++i) {
        const float* exact = run.values + (first + i) * values;
        const float* importance = run.importance_of(first + i, values);
        const double old_error =
            weighted_square_error(exact, kept_values + i * values, importance, values);
        const double new_error =
            weighted_square_error(exact, new_values + i * values, importance, values);
        if (new_error < old_error || (!std::isfinite(old_error) && std::isfinite(new_error))) {
            std::copy_n(blocks + i * bytes, bytes, kept + i * bytes);
        }
    }
}

}  // namespace ql
