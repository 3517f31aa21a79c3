// What all block searches share: blocks side by side in lanes, brought to a common magnitude, and
// scales in the steps that half precision has. For inclusion by kernels that are compiled once for
// every SIMD target (Highway's foreach_target).
#if defined(QL_CORE_GRIDS_SEARCH_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_LANES_INL_H_
#undef QL_CORE_GRIDS_SEARCH_LANES_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_LANES_INL_H_
#endif

#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// 2^-k for values of magnitude 2^k to below 2^(k+1); between 2^-126 and 2^126, and 1 for zero.
HWY_INLINE FloatVec reciprocal_power_of_two(FloatVec magnitude) {
    const auto exponent = hn::ShiftRight<23>(hn::BitCast(kInts, magnitude));
    const auto opposite = hn::Sub(hn::Set(kInts, 254), exponent);
    const auto bounded = hn::Min(hn::Max(opposite, hn::Set(kInts, 1)), hn::Set(kInts, 253));
    const auto power = hn::BitCast(kFloats, hn::ShiftLeft<23>(bounded));
    return hn::IfThenElse(hn::Eq(magnitude, zero()), set(1.0f), power);
}

/// Groups of `kCount` values, one in every lane, multiplied by powers of two so that the largest
/// magnitude and the largest weight of each are about 1: squares then neither overflow nor vanish.
/// Where values are not kWeighted, their weights are 1 and cost no time.
template <std::size_t kValues, bool kWeighted>
struct SearchTile {
    static constexpr std::size_t kCount = kValues;

    FloatTile<kCount> values;
    FloatTile<kWeighted ? kCount : 0> weights;  ///< 1 in groups whose importance is only zeros
    FloatVec shrink;  ///< the power of two that the values were multiplied with
    FloatVec grow;    ///< its reciprocal

    /// Group i of `used` has the values source(i)[0..kCount) and the weights importance(i).
    template <class Source, class Importance>
    HWY_INLINE void load(std::size_t used, const Source& source, const Importance& importance) {
        load_tile(values, used, source);
        if constexpr (kWeighted) {
            load_tile(weights, used, importance);
            scale_weights();
        }
        auto largest = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            largest = hn::Max(largest, hn::Abs(values[j]));
        }
        shrink = reciprocal_power_of_two(largest);
        grow = hn::Div(set(1.0f), shrink);
        for (std::size_t j = 0; j < kCount; ++j) {
            values.put(j, hn::Mul(values[j], shrink));
        }
    }

    /// The weight of value j times `value`.
    HWY_INLINE FloatVec weigh(std::size_t j, FloatVec value) const {
        if constexpr (kWeighted) {
            return hn::Mul(weights[j], value);
        } else {
            return value;
        }
    }

    /// Value j, and 0 where its weight is 0.
    HWY_INLINE FloatVec counted(std::size_t j) const {
        if constexpr (kWeighted) {
            return hn::IfThenElseZero(hn::Gt(weights[j], zero()), values[j]);
        } else {
            return values[j];
        }
    }

  private:
    HWY_INLINE void scale_weights() {
        auto largest = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            largest = hn::Max(largest, weights[j]);
        }
        const auto factor = reciprocal_power_of_two(largest);
        const auto none = hn::Eq(largest, zero());
        for (std::size_t j = 0; j < kCount; ++j) {
            weights.put(j, hn::IfThenElse(none, set(1.0f), hn::Mul(weights[j], factor)));
        }
    }
};

/// Finite half-precision numbers as floats in steps: sign and magnitude bits.
struct HalfSteps {
    WordVec sign;
    IntVec magnitude;

    /// The half nearest to `value`, the largest finite one where it is beyond.
    HWY_INLINE explicit HalfSteps(FloatVec value) {
        const auto bits = float_to_half_bits(kFloats, value);
        sign = hn::And(bits, hn::Set(kWords, 0x8000u));
        magnitude = hn::BitCast(kInts, hn::And(bits, hn::Set(kWords, 0x7FFFu)));
    }

    /// The bits of the half that is `steps` further from zero.
    HWY_INLINE WordVec bits(int steps) const {
        const auto moved = hn::Add(magnitude, hn::Set(kInts, steps));
        const auto finite = hn::Min(hn::Max(moved, hn::Zero(kInts)), hn::Set(kInts, 0x7BFF));
        return hn::Or(sign, hn::BitCast(kWords, finite));
    }
};

/// 1 / value, or 0 where that is not finite.
HWY_INLINE FloatVec reciprocal(FloatVec value) {
    const auto inverse = hn::Div(set(1.0f), value);
    return hn::IfThenElseZero(hn::Lt(hn::Abs(inverse), set(3.0e38f)), inverse);
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
