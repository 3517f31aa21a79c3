#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <random>
#include <vector>

using Values = std::vector<float>;

/// Blocks full of trouble, one kind after another, and of every kind more than a batch.
inline Values troublesomeValues() {
    constexpr std::size_t kBlock = 32;
    constexpr std::size_t kCount = 37 * kBlock;
    constexpr float kMost = std::numeric_limits<float>::max();
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.0f, 1.0f);
    std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
    const auto pick = [&](unsigned choices) { return random() % choices; };
    const std::function<float()> kinds[] = {
        [&] { return 0.02f * normal(random); },
        [&] { return 0.02f * normal(random) / (0.01f + std::fabs(uniform(random))); },
        [&] { return 0.0f; },
        [&] { return pick(2) == 0 ? 0.0f : -0.0f; },
        [&] { return pick(8) == 0 ? normal(random) : (pick(2) == 0 ? 0.0f : -0.0f); },
        [&] { return std::fabs(normal(random)) * float(pick(2)); },   // zeros are the minimum
        [&] { return -std::fabs(normal(random)) * float(pick(2)); },  // and the maximum
        [&] { return 0.25f * float(int(pick(65)) - 32); },            // ties between codes
        [&] { return float(int(pick(3)) - 1); },                      // ties of magnitude
        [&] { return 0.5f; },
        [&] { return 1e-6f * normal(random); },   // scales are subnormal halves
        [&] { return 1e-9f * normal(random); },   // scales vanish in half
        [&] { return 1e-38f * normal(random); },  // reciprocals overflow, some of them
        [&] { return 1e-40f * normal(random); },
        [&] { return 1e-45f * float(int(pick(5)) - 2); },
        [&] { return 5e5f * normal(random); },  // around the largest half scales
        [&] { return 1e30f * normal(random); },
        [&] { return pick(2) == 0 ? kMost : -kMost; },  // differences overflow
        [&] { return kMost * uniform(random); },
        [&] { return std::ldexp(uniform(random), int(pick(250)) - 125); },
        [&] { return 1.0f + 1e-7f * float(pick(4)); },  // nearly constant
    };
    Values values;
    for (const auto& kind : kinds) {
        for (std::size_t i = 0; i < kCount; ++i) {
            values.push_back(kind());
        }
    }
    // Q8_0 positions at and around halves: a block of these has 127 as its largest.
    for (int block = 0; block < 64; ++block) {
        for (std::size_t j = 0; j < kBlock; ++j) {
            float value = float(pick(127)) + 0.5f;
            value = pick(2) == 0 ? value : std::nextafter(value, 0.0f);
            value = pick(4) == 0 ? -value : value;
            values.push_back(j == 5 ? 127.0f : value);
        }
    }
    return values;
}
