#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ql {

/// How often values of each sign and magnitude occurred: a histogram whose bins are known before
/// the first value, so that one pass is enough, counts of any parts can be added, and a few huge
/// values do not flatten the rest. Eight bins an octave: bin b holds magnitudes in
/// [2^(kLowest + b/8), 2^(kLowest + (b + 1)/8)).
struct ValueCounts {
    static constexpr int kLowest = -32;
    static constexpr int kHighest = 32;
    static constexpr int kPerOctave = 8;
    static constexpr std::size_t kBins = std::size_t{kHighest - kLowest} * kPerOctave;

    std::array<std::uint64_t, kBins> negative{};
    std::array<std::uint64_t, kBins> positive{};
    std::uint64_t small = 0;  ///< below 2^kLowest in magnitude, zeros among them
    std::uint64_t large = 0;  ///< of magnitude 2^kHighest or more, or not finite

    std::uint64_t total() const;
    void add(const float* values, std::size_t count);
    void merge(const ValueCounts& other);
    bool operator==(const ValueCounts&) const = default;
};

}  // namespace ql
