// Vectors of 32-bit lanes for block encoders that work on one block in every lane: the code then
// reads like that of a single block, and keeps its order of operations and so its bytes. For
// inclusion by kernels that are compiled once for every SIMD target (Highway's foreach_target).
// Never MulAdd: a fused operation rounds once where the formats' references round twice.
#if defined(QL_CORE_GRIDS_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_LANES_INL_H_
#undef QL_CORE_GRIDS_LANES_INL_H_
#else
#define QL_CORE_GRIDS_LANES_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <hwy/highway.h>

#include "core/tensor/half_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

using Floats = hn::CappedTag<float, 16>;
using Words = hn::RebindToUnsigned<Floats>;
using Ints = hn::RebindToSigned<Floats>;
using FloatVec = hn::VFromD<Floats>;
using WordVec = hn::VFromD<Words>;
using IntVec = hn::VFromD<Ints>;
using FloatMask = decltype(hn::Eq(FloatVec(), FloatVec()));
constexpr Floats kFloats;
constexpr Words kWords;
constexpr Ints kInts;
constexpr std::size_t kLanes = hn::MaxLanes(kFloats);

HWY_INLINE FloatVec set(float value) { return hn::Set(kFloats, value); }
HWY_INLINE FloatVec zero() { return hn::Zero(kFloats); }

/// Part of a tile, read only: place j of every lane's block.
struct FloatRows {
    const float* first = nullptr;

    HWY_INLINE FloatVec operator[](std::size_t j) const {
        return hn::Load(kFloats, first + j * kLanes);
    }
};

/// One float for each of `kCount` places in every lane's block: place j of all blocks lies
/// together.
template <std::size_t kCount>
struct FloatTile {
    HWY_ALIGN float at[kCount][kLanes];

    HWY_INLINE FloatVec operator[](std::size_t j) const { return hn::Load(kFloats, at[j]); }
    HWY_INLINE void put(std::size_t j, FloatVec value) { hn::Store(value, kFloats, at[j]); }
    HWY_INLINE FloatRows from(std::size_t j) const { return {at[j]}; }
};

/// Round to nearest, ties to even, for |value| < 2^22: what the formats' references do.
HWY_INLINE FloatVec round_even(FloatVec value) {
    const auto magic = set(12582912.0f);
    return hn::Sub(hn::Add(value, magic), magic);
}

/// The bounds of what nearest_code may return.
constexpr int kLowestCode = -0x400000;
constexpr int kLargestCode = 0x3FFFFF;

/// The integer of lo .. hi (within ±2^22) nearest to any value, also an infinite one or NaN, as
/// ggml finds it: from the last bits of value + 1.5 * 2^23. Beyond ±2^22 these are other numbers,
/// in ggml and here, and the same on every target.
HWY_INLINE FloatVec nearest_code(FloatVec value, int lo, int hi) {
    const auto magic = set(12582912.0f);
    constexpr int kZero = 0x400000;  // the last 23 bits of magic
    static_assert(kZero + kLowestCode == 0);
    const auto sum = hn::BitCast(kInts, hn::Add(value, magic));
    const auto bits = hn::And(sum, hn::Set(kInts, 0x7FFFFF));
    const auto held =
        hn::Min(hn::Max(bits, hn::Set(kInts, kZero + lo)), hn::Set(kInts, kZero + hi));
    return hn::Sub(hn::BitCast(kFloats, hn::Or(held, hn::Set(kInts, 0x4B000000))), magic);
}

HWY_INLINE FloatVec clamp(FloatVec value, float lo, float hi) {
    return hn::Min(hn::Max(value, set(lo)), set(hi));
}

/// The nearest half-precision number.
HWY_INLINE FloatVec round_half(FloatVec value) {
    return half_bits_to_float(kFloats, float_to_half_bits(kFloats, value));
}

/// Fills the lanes of `tile` from blocks: value j of lane i is source(i)[j]. Lanes from `used` on
/// become zero.
template <std::size_t kCount, class Source>
HWY_INLINE void load_tile(FloatTile<kCount>& tile, std::size_t used, const Source& source) {
    static constexpr float kZeros[kCount] = {};
    const auto block = [&](std::size_t lane)
                           HWY_ATTR { return lane < used ? source(lane) : kZeros; };
#if HWY_TARGET == HWY_SCALAR
    std::copy_n(block(0), kCount, tile.at[0]);
#else
    static_assert(kCount % 4 == 0);
    // Four by four values change rows and columns.
    const hn::Full128<float> quad;
    const hn::Full128<std::uint64_t> pair;
    const auto lower = [&](auto a, auto b) HWY_ATTR {
        return hn::BitCast(quad,
                           hn::InterleaveLower(pair, hn::BitCast(pair, a), hn::BitCast(pair, b)));
    };
    const auto upper = [&](auto a, auto b) HWY_ATTR {
        return hn::BitCast(quad,
                           hn::InterleaveUpper(pair, hn::BitCast(pair, a), hn::BitCast(pair, b)));
    };
    for (std::size_t lane = 0; lane < kLanes; lane += 4) {
        const float* const blocks[] = {block(lane), block(lane + 1), block(lane + 2),
                                       block(lane + 3)};
        for (std::size_t j = 0; j < kCount; j += 4) {
            const auto a = hn::LoadU(quad, blocks[0] + j);
            const auto b = hn::LoadU(quad, blocks[1] + j);
            const auto c = hn::LoadU(quad, blocks[2] + j);
            const auto d = hn::LoadU(quad, blocks[3] + j);
            const auto ab_low = hn::InterleaveLower(quad, a, b);
            const auto ab_high = hn::InterleaveUpper(quad, a, b);
            const auto cd_low = hn::InterleaveLower(quad, c, d);
            const auto cd_high = hn::InterleaveUpper(quad, c, d);
            hn::Store(lower(ab_low, cd_low), quad, tile.at[j] + lane);
            hn::Store(upper(ab_low, cd_low), quad, tile.at[j + 1] + lane);
            hn::Store(lower(ab_high, cd_high), quad, tile.at[j + 2] + lane);
            hn::Store(upper(ab_high, cd_high), quad, tile.at[j + 3] + lane);
        }
    }
#endif
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
