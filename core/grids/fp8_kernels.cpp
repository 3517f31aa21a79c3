#include "core/grids/fp8_kernels.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/tensor/convert.h"

namespace ql {

namespace {

constexpr int kE4m3Largest = 0x7E;
constexpr int kE5m2Largest = 0x7B;

template <int kLargestCode>
Fp8Range range_of(DType dtype) {
    static std::array<float, 2 * kLargestCode + 1> levels;
    for (int code = 0; code <= kLargestCode; ++code) {
        const auto byte = static_cast<std::uint8_t>(code);
        const float value = dtype == DType::f8_e4m3 ? e4m3_to_float(byte) : e5m2_to_float(byte);
        levels[static_cast<std::size_t>(kLargestCode + code)] = value;
        levels[static_cast<std::size_t>(kLargestCode - code)] = code == 0 ? 0 : -value;
    }
    return {kLargestCode, levels.back(), levels.data()};
}

/// Codes of sign, exponent and kMantissa bits of fraction. Branch-free, so that compilers make
/// vectors of it.
template <int kMantissa, int kBias>
void codes_of(const float* values, std::size_t count, float scale, float largest,
              std::uint8_t* codes) {
    constexpr int kDropped = 23 - kMantissa;
    constexpr std::uint32_t kHalf = (1U << (kDropped - 1)) - 1;
    constexpr std::uint32_t kRebias = static_cast<std::uint32_t>(127 - kBias) << kMantissa;
    // Below the smallest normal number steps are even. Adding this number leaves no room for
    // anything finer than such a step, so the sum is rounded to steps, to even on ties.
    constexpr float kStepRounder =
        std::bit_cast<float>(static_cast<std::uint32_t>(127 + 1 - kBias + kDropped) << 23);
    constexpr std::int32_t kSmallestNormal = (127 + 1 - kBias) << 23;
    const auto most = std::bit_cast<std::int32_t>(largest);
    for (std::size_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i] / scale);
        // Magnitudes of floats have the order of their bits.
        const std::int32_t magnitude =
            std::min(static_cast<std::int32_t>(bits & 0x7FFFFFFFU), most);
        const auto word = static_cast<std::uint32_t>(magnitude);
        const std::uint32_t normal =
            ((word + kHalf + ((word >> kDropped) & 1U)) >> kDropped) - kRebias;
        const std::uint32_t subnormal =
            std::bit_cast<std::uint32_t>(std::bit_cast<float>(word) + kStepRounder) -
            std::bit_cast<std::uint32_t>(kStepRounder);
        const std::uint32_t is_small = magnitude < kSmallestNormal ? ~0U : 0U;
        const std::uint32_t code = (subnormal & is_small) | (normal & ~is_small);
        codes[i] = static_cast<std::uint8_t>(code | ((bits >> 31) << 7));
    }
}

}  // namespace

const Fp8Range& fp8_range(DType dtype) {
    static const Fp8Range e4m3 = range_of<kE4m3Largest>(DType::f8_e4m3);
    static const Fp8Range e5m2 = range_of<kE5m2Largest>(DType::f8_e5m2);
    return dtype == DType::f8_e4m3 ? e4m3 : e5m2;
}

void fp8_codes(DType dtype, const float* values, std::size_t count, float scale,
               std::uint8_t* codes) {
    const float largest = fp8_range(dtype).largest;
    if (dtype == DType::f8_e4m3) {
        codes_of<3, 7>(values, count, scale, largest, codes);
    } else {
        codes_of<2, 15>(values, count, scale, largest, codes);
    }
}

void fp8_values(DType dtype, const std::uint8_t* codes, std::size_t count, float scale,
                float* out) {
    widen(dtype, codes, count, out);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] *= scale;
    }
}

}  // namespace ql
