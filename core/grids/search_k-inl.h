// What the searches of the two-level formats share: super-blocks in lanes, brought to a common size,
// and half-precision numbers in units of that size. For inclusion by kernels that are compiled once
// for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_K_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_INL_H_
#endif

#include <cmath>

#include "core/grids/k_layout.h"
#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// Above every error: values are of size 1 and weights at most 1.
constexpr float kWorst = 1e30f;

HWY_INLINE FloatVec select(FloatMask mask, FloatVec yes, FloatVec no) {
    return hn::IfThenElse(mask, yes, no);
}

/// a / b, and 0 where b is 0.
HWY_INLINE FloatVec ratio(FloatVec a, FloatVec b) {
    const auto none = hn::Eq(b, zero());
    return hn::IfThenZeroElse(none, hn::Div(a, select(none, set(1.0f), b)));
}

HWY_INLINE FloatVec square(FloatVec value) { return hn::Mul(value, value); }

/// One super-block in every lane. Values are multiples of `unit`, a power of two, so that their
/// largest magnitude lies around 1; the largest weight lies around 1 likewise.
struct SuperBlocks {
    FloatTile<kSuperBlockValues> x;
    FloatTile<kSuperBlockValues> h;
    FloatTile<1> unit;
    FloatTile<1> per_unit;  ///< 1 / unit

    /// The half-precision number nearest to value * unit, as a multiple of unit; finite.
    HWY_INLINE FloatVec as_half(FloatVec value) const {
        const auto scaled = clamp(hn::Mul(value, unit[0]), -65504.0f, 65504.0f);
        return hn::Mul(round_half(scaled), per_unit[0]);
    }

    /// The same, but never rounded to 0: at least the smallest half, with the sign of value.
    HWY_INLINE FloatVec as_half_above_zero(FloatVec value) const {
        const auto smallest = hn::Mul(set(0x1p-24f), per_unit[0]);
        const auto magnitude = hn::Max(as_half(hn::Abs(value)), smallest);
        return hn::IfThenZeroElse(hn::Eq(value, zero()), hn::CopySign(magnitude, value));
    }
};

/// The power of two around the largest of `count` magnitudes in a column of a tile. Magnitudes that
/// no half-precision scale can reach keep the unit in a range where nothing overflows.
template <std::size_t kCount>
HWY_INLINE float unit_of(const FloatTile<kCount>& tile, std::size_t lane) {
    float largest = 0;
    for (std::size_t j = 0; j < kCount; ++j) {
        largest = std::max(largest, std::fabs(tile.at[j][lane]));
    }
    int exponent = 0;
    std::frexp(largest, &exponent);
    return std::ldexp(1.0f, std::clamp(exponent, -100, 100));
}

/// Fills the lanes; values_of(i) and weights_of(i), which may be null, belong to lane i < used.
template <class ValuesOf, class WeightsOf>
HWY_INLINE void load_super_blocks(SuperBlocks& blocks, std::size_t used, const ValuesOf& values_of,
                                  const WeightsOf& weights_of) {
    load_tile(blocks.x, used, values_of);
    load_tile(blocks.h, used, weights_of);
    FloatTile<1> per_weight;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const bool weighted = lane < used && weights_of(lane) != nullptr;
        blocks.unit.at[0][lane] = unit_of(blocks.x, lane);
        per_weight.at[0][lane] = weighted ? 1.0f / unit_of(blocks.h, lane) : 1.0f;
        for (std::size_t j = 0; !weighted && j < kSuperBlockValues; ++j) {
            blocks.h.at[j][lane] = 1.0f;
        }
    }
    blocks.per_unit.put(0, hn::Div(set(1.0f), blocks.unit[0]));
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        blocks.x.put(j, hn::Mul(blocks.x[j], blocks.per_unit[0]));
        blocks.h.put(j, hn::Mul(blocks.h[j], per_weight[0]));
    }
}

/// The `kMost` candidates of lowest cost in every lane, each with two numbers.
template <int kMost>
struct Shortlist {
    FloatTile<kMost> cost;
    FloatTile<kMost> first;
    FloatTile<kMost> second;

    HWY_INLINE void clear() {
        for (std::size_t i = 0; i < kMost; ++i) {
            cost.put(i, set(kWorst));
            first.put(i, zero());
            second.put(i, zero());
        }
    }

    HWY_INLINE void insert(FloatVec new_cost, FloatVec a, FloatVec b) {
        for (std::size_t i = 0; i < kMost; ++i) {
            const auto old_cost = cost[i];
            const auto old_first = first[i];
            const auto old_second = second[i];
            const auto better = hn::Lt(new_cost, old_cost);
            cost.put(i, select(better, new_cost, old_cost));
            first.put(i, select(better, a, old_first));
            second.put(i, select(better, b, old_second));
            new_cost = select(better, old_cost, new_cost);
            a = select(better, old_first, a);
            b = select(better, old_second, b);
        }
    }
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
