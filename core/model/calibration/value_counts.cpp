#include "core/model/calibration/value_counts.h"

#include <bit>
#include <numeric>

namespace ql {

namespace {

constexpr std::uint32_t kMantissaBits = 23;
constexpr std::uint32_t kMantissa = (1U << kMantissaBits) - 1;
constexpr int kExponentBias = 127;

// Mantissas at which the second to the eighth bin of an octave begin: ceil((2^(k/8) - 1) · 2^23).
// Compared as integers, so that no logarithm decides where a value falls.
constexpr std::array<std::uint32_t, ValueCounts::kPerOctave - 1> kBegins{
    759234, 1587185, 2490071, 3474676, 4548395, 5719293, 6996167};

std::size_t place_in_octave(std::uint32_t mantissa) {
    std::size_t place = 0;
    for (const std::uint32_t begin : kBegins) {
        place += mantissa >= begin ? 1 : 0;
    }
    return place;
}

}  // namespace

std::uint64_t ValueCounts::total() const {
    const std::uint64_t below = std::accumulate(negative.begin(), negative.end(), small);
    return std::accumulate(positive.begin(), positive.end(), below + large);
}

void ValueCounts::add(const float* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        const int exponent =
            static_cast<int>((bits >> kMantissaBits) & 0xFF) - kExponentBias - kLowest;
        if (exponent < 0) {
            ++small;
        } else if (exponent >= kHighest - kLowest) {
            ++large;
        } else {
            const std::size_t bin =
                static_cast<std::size_t>(exponent) * kPerOctave + place_in_octave(bits & kMantissa);
            ++(bits >> 31 != 0 ? negative : positive)[bin];
        }
    }
}

void ValueCounts::merge(const ValueCounts& other) {
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        negative[bin] += other.negative[bin];
        positive[bin] += other.positive[bin];
    }
    small += other.small;
    large += other.large;
}

}  // namespace ql
