// The search of formats that store one half-precision scale for a group: value = scale * level,
// with the levels of a format given by a class `Levels`:
//   kCount                 values in a group
//   nearest(position)      the level nearest to a position (value / scale), as float
//   code(level)            the code of a level, as stored
//   kRanges                where the level of the largest value is looked for, see LevelRange;
//   kWeightedRanges        the same where values have weights, and so may be clipped far
//   kRefits                how often levels and scale are fitted to each other
// For inclusion by kernels that are compiled once for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_SCALE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_SCALE_INL_H_
#undef QL_CORE_GRIDS_SEARCH_SCALE_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_SCALE_INL_H_
#endif

#include "core/grids/search_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// Candidate scales extreme / level for `count` levels from `first` on, where extreme is the value
/// of largest magnitude with its sign. The best of each range is refined by itself.
struct LevelRange {
    float first;
    float step;
    int count;
};

template <class Levels, bool kWeighted>
class ScaleSearch {
  public:
    static constexpr std::size_t kCount = Levels::kCount;
    using Tile = SearchTile<kCount, kWeighted>;

    HWY_INLINE explicit ScaleSearch(const Tile& tile) : tile_(tile) {
        best_bits_ = HalfSteps(zero()).bits(0);
        best_error_ = error(zero());
        const auto inverse_extreme = reciprocal(signed_extreme());
        if constexpr (kWeighted) {
            refine_all(Levels::kWeightedRanges, inverse_extreme);
        } else {
            refine_all(Levels::kRanges, inverse_extreme);
        }
        try_neighbours();
    }

    HWY_INLINE WordVec scale_bits() const { return best_bits_; }

    /// The code of value j for the scale that was found.
    HWY_INLINE IntVec code(std::size_t j) const {
        const auto inverse = reciprocal(scale_of(best_bits_));
        return Levels::code(Levels::nearest(hn::Mul(tile_.values[j], inverse)));
    }

  private:
    // sum w x l and sum w l^2 of the levels nearest to x * inverse: the best scale for these levels
    // is their ratio, and product^2 / square is what it takes from the squared error.
    struct Sums {
        FloatVec product;
        FloatVec square;
    };

    HWY_INLINE FloatVec signed_extreme() const {
        auto extreme = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto value = tile_.counted(j);
            const auto further = hn::Gt(hn::Abs(value), hn::Abs(extreme));
            extreme = hn::IfThenElse(further, value, extreme);
        }
        return extreme;
    }

    HWY_INLINE Sums sums(FloatVec inverse) const {
        Sums sums{zero(), zero()};
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto value = tile_.values[j];
            const auto level = Levels::nearest(hn::Mul(value, inverse));
            const auto weighted = tile_.weigh(j, level);
            sums.product = hn::Add(sums.product, hn::Mul(weighted, value));
            sums.square = hn::Add(sums.square, hn::Mul(weighted, level));
        }
        return sums;
    }

    HWY_INLINE FloatVec best_of(const LevelRange& range, FloatVec inverse_extreme) const {
        Sums best{zero(), set(1.0f)};
        auto best_gain = zero();
        for (int i = 0; i < range.count; ++i) {
            const float level = range.first + range.step * static_cast<float>(i);
            const auto now = sums(hn::Mul(inverse_extreme, set(level)));
            const auto gain = hn::Mul(now.product, now.product);
            const auto better = hn::Gt(hn::Mul(gain, best.square), hn::Mul(best_gain, now.square));
            best.product = hn::IfThenElse(better, now.product, best.product);
            best.square = hn::IfThenElse(better, now.square, best.square);
            best_gain = hn::IfThenElse(better, gain, best_gain);
        }
        return hn::Div(best.product, best.square);
    }

    template <class Ranges>
    HWY_INLINE void refine_all(const Ranges& ranges, FloatVec inverse_extreme) {
        for (const LevelRange& range : ranges) {
            refine(best_of(range, inverse_extreme));
        }
    }

    // A scale in half precision, after levels and scale were fitted to each other.
    HWY_INLINE void refine(FloatVec scale) {
        for (int i = 0; i < Levels::kRefits; ++i) {
            const auto fitted = sums(reciprocal(scale));
            const auto usable = hn::Gt(fitted.square, zero());
            scale = hn::IfThenElse(usable, hn::Div(fitted.product, fitted.square), scale);
        }
        consider(HalfSteps(hn::Mul(scale, tile_.grow)).bits(0));
    }

    HWY_INLINE void try_neighbours() {
        const HalfSteps half(hn::Mul(scale_of(best_bits_), tile_.grow));
        for (const int steps : {-1, 1}) {
            consider(half.bits(steps));
        }
    }

    HWY_INLINE void consider(WordVec bits) {
        const auto found = error(scale_of(bits));
        const auto better = hn::Lt(found, best_error_);
        best_error_ = hn::IfThenElse(better, found, best_error_);
        best_bits_ = hn::IfThenElse(hn::RebindMask(kWords, better), bits, best_bits_);
    }

    HWY_INLINE FloatVec scale_of(WordVec bits) const {
        return hn::Mul(half_bits_to_float(kFloats, bits), tile_.shrink);
    }

    HWY_INLINE FloatVec error(FloatVec scale) const {
        const auto inverse = reciprocal(scale);
        auto sum = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto value = tile_.values[j];
            const auto level = Levels::nearest(hn::Mul(value, inverse));
            const auto rest = hn::Sub(value, hn::Mul(scale, level));
            sum = hn::Add(sum, tile_.weigh(j, hn::Mul(rest, rest)));
        }
        return sum;
    }

    const Tile& tile_;
    FloatVec best_error_;
    WordVec best_bits_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
