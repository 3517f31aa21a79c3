// What the searches of the two-level formats share: super-blocks in lanes, and candidates by their
// cost. For inclusion by kernels that are compiled once for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_K_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_INL_H_
#endif

#include "core/grids/k_layout.h"
#include "core/grids/search_lanes-inl.h"

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

/// One super-block in every lane, and half-precision numbers in units of its values.
template <bool kAreWeighted>
class SuperBlocks {
  public:
    static constexpr bool kWeighted = kAreWeighted;
    using Tile = SearchTile<kSuperBlockValues, kWeighted>;

    /// Values of no importance count a little: their sub-blocks are then stored sensibly too.
    HWY_INLINE explicit SuperBlocks(Tile& tile) : tile_(tile) {
        if constexpr (kWeighted) {
            for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
                tile.weights.put(j, hn::Max(tile.weights[j], set(0x1p-30f)));
            }
        }
    }

    HWY_INLINE FloatVec value(std::size_t j) const { return tile_.values[j]; }
    /// The weight of value j times `value`.
    HWY_INLINE FloatVec weigh(std::size_t j, FloatVec value) const { return tile_.weigh(j, value); }

    /// The bits of the finite half-precision number that is nearest, for values as they were.
    HWY_INLINE WordVec half_bits(FloatVec value) const {
        const auto original = clamp(hn::Mul(value, tile_.grow), -65504.0f, 65504.0f);
        return float_to_half_bits(kFloats, original);
    }
    /// The number that these bits are, for values as they are here.
    HWY_INLINE FloatVec as_half(FloatVec value) const {
        return hn::Mul(half_bits_to_float(kFloats, half_bits(value)), tile_.shrink);
    }
    /// The same, but never rounded to 0: at least the smallest half, with the sign of value.
    HWY_INLINE FloatVec as_half_above_zero(FloatVec value) const {
        const auto smallest = hn::Mul(set(0x1p-24f), tile_.shrink);
        const auto magnitude = hn::Max(as_half(hn::Abs(value)), smallest);
        return hn::IfThenZeroElse(hn::Eq(value, zero()), hn::CopySign(magnitude, value));
    }

  private:
    const Tile& tile_;
};

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
