// The first stage of the search for formats that store (d * s) * q - dmin * m: steps and offsets
// that suit the values of a sub-block. For inclusion by kernels that are compiled once for every
// SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_K_FITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_FITS_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_FITS_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_FITS_INL_H_
#endif

#include "core/grids/search_k-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// How thoroughly is searched.
struct FitEffort {
    int steps;  ///< step sizes tried for a sub-block: range / (codes + first + i * spacing)
    float first;
    float spacing;
    int phases;   ///< offsets tried with each of them, around the middle
    float phase;  ///< ... at least this part of a step apart
    int refits;   ///< of the best of them
};

/// Sub-blocks of kSub values with codes 0 to kMaxCode, decoded as step * code + offset. For fixed
/// codes the error is a quadratic form in step and offset; kept are the forms of the best codes
/// that a scan of steps and offsets finds.
template <class Blocks, int kSub, int kMaxCode>
class SubBlockFits {
  public:
    static constexpr int kSubs = static_cast<int>(kSuperBlockValues) / kSub;
    static constexpr int kFits = 3;
    static constexpr float kCodes = kMaxCode;

    // Sums over a sub-block with codes q: weight * q, weight * q², weight * q * x.
    struct Sums {
        FloatVec q;
        FloatVec qq;
        FloatVec qx;
    };

    // The error of a sub-block with fixed codes:
    //   error + spread * (step - a)² + weight * (offset - b + mean * (step - a))²
    // with `mean` the weighted mean of the codes.
    struct Fit {
        FloatVec a;
        FloatVec b;
        FloatVec mean;
        FloatVec spread;
        FloatVec error;
    };

    explicit SubBlockFits(const Blocks& blocks) : blocks_(blocks) {}

    /// The sum of the weights of sub-block k, and that of weight * value.
    HWY_INLINE FloatVec weight(std::size_t k) const { return weight_[k]; }
    HWY_INLINE FloatVec sum(std::size_t k) const { return sum_[k]; }

    /// Finds the fits of sub-block k.
    HWY_INLINE void find(int k, const FitEffort& effort) {
        sum_up(k);
        const auto at = static_cast<std::size_t>(k);
        for (int i = 0; i < kFits; ++i) {
            put(i, k, {zero(), zero(), zero(), zero(), set(kWorst)});
        }
        const float middle = 0.5f * static_cast<float>(effort.phases - 1);
        for (int i = 0; i < effort.steps; ++i) {
            const float steps = kCodes + effort.first + effort.spacing * static_cast<float>(i);
            const auto step = hn::Div(range_[at], set(steps));
            const auto inverse = ratio(set(1.0f), step);
            // Where the codes do not span the values, they are tried at both ends too.
            const float left = 0.5f * (steps - kCodes);
            const float furthest = std::max(left, effort.phase * middle);
            for (int p = 0; p < effort.phases; ++p) {
                const float shift = left + furthest * (static_cast<float>(p) / middle - 1.0f);
                const auto offset = hn::Add(lo_[at], hn::Mul(step, set(shift)));
                insert(k, fit(k, sums(k, inverse, offset)));
            }
        }
        for (int round = 0; round < effort.refits; ++round) {
            for (int i = 0; i < kFits; ++i) {
                const Fit f = get(i, k);
                const Fit next = fit(k, sums(k, ratio(set(1.0f), f.a), f.b));
                put(i, k, choose(hn::Lt(next.error, f.error), next, f));
            }
        }
    }

    /// Fit i of sub-block k, the best first.
    HWY_INLINE Fit get(int i, int k) const {
        const auto at = static_cast<std::size_t>(k);
        const Fits& f = fits_[i];
        return {f.a[at], f.b[at], f.mean[at], f.spread[at], f.error[at]};
    }
    /// The code for a distance from the offset.
    HWY_INLINE static FloatVec code(FloatVec distance, FloatVec inverse) {
        return round_even(clamp(hn::Mul(distance, inverse), 0.0f, kCodes));
    }
    /// The sums for the codes nearest to the values.
    HWY_INLINE Sums sums(int k, FloatVec inverse, FloatVec offset) const {
        Sums sum{zero(), zero(), zero()};
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto x = blocks_.value(j);
            const auto q = code(hn::Sub(x, offset), inverse);
            const auto hq = blocks_.weigh(j, q);
            sum.q = hn::Add(sum.q, hq);
            sum.qq = hn::Add(sum.qq, hn::Mul(hq, q));
            sum.qx = hn::Add(sum.qx, hn::Mul(hq, x));
        }
        return sum;
    }

    /// The form of the codes of which these are the sums.
    HWY_INLINE Fit fit(int k, const Sums& sum) const {
        const auto at = static_cast<std::size_t>(k);
        Fit f;
        f.mean = ratio(sum.q, weight_[at]);
        f.spread = hn::Max(hn::Sub(sum.qq, hn::Mul(f.mean, sum.q)), zero());
        const auto covariance = hn::Sub(sum.qx, hn::Mul(f.mean, sum_[at]));
        f.a = ratio(covariance, f.spread);
        f.b = hn::Sub(mean_[at], hn::Mul(f.a, f.mean));
        f.error = hn::Max(hn::Sub(variation_[at], hn::Mul(f.a, covariance)), zero());
        return f;
    }

    /// What the form says of a step and an offset.
    HWY_INLINE FloatVec cost(int k, const Fit& f, FloatVec step, FloatVec offset) const {
        const auto moved = hn::Sub(step, f.a);
        const auto off = hn::Add(hn::Sub(offset, f.b), hn::Mul(f.mean, moved));
        return hn::Add(f.error,
                       hn::Add(hn::Mul(f.spread, square(moved)),
                               hn::Mul(weight_[static_cast<std::size_t>(k)], square(off))));
    }

  private:
    struct Fits {
        FloatTile<kSubs> a;
        FloatTile<kSubs> b;
        FloatTile<kSubs> mean;
        FloatTile<kSubs> spread;
        FloatTile<kSubs> error;
    };

    HWY_INLINE static std::size_t value_begin(int k) { return static_cast<std::size_t>(k * kSub); }

    HWY_INLINE void put(int i, int k, const Fit& fit) {
        const auto at = static_cast<std::size_t>(k);
        Fits& f = fits_[i];
        f.a.put(at, fit.a);
        f.b.put(at, fit.b);
        f.mean.put(at, fit.mean);
        f.spread.put(at, fit.spread);
        f.error.put(at, fit.error);
    }
    HWY_INLINE static Fit choose(FloatMask mask, const Fit& yes, const Fit& no) {
        return {select(mask, yes.a, no.a), select(mask, yes.b, no.b),
                select(mask, yes.mean, no.mean), select(mask, yes.spread, no.spread),
                select(mask, yes.error, no.error)};
    }

    HWY_INLINE void sum_up(int k) {
        auto weight = zero();
        auto first = zero();
        auto second = zero();
        auto lo = set(kWorst);
        auto hi = set(-kWorst);
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto x = blocks_.value(j);
            const auto hx = blocks_.weigh(j, x);
            weight = hn::Add(weight, blocks_.weigh(j, set(1.0f)));
            first = hn::Add(first, hx);
            second = hn::Add(second, hn::Mul(hx, x));
            lo = hn::Min(lo, x);
            hi = hn::Max(hi, x);
        }
        const auto at = static_cast<std::size_t>(k);
        lo_.put(at, lo);
        range_.put(at, hn::Sub(hi, lo));
        weight_.put(at, weight);
        sum_.put(at, first);
        mean_.put(at, ratio(first, weight));
        variation_.put(at, hn::Sub(second, hn::Mul(mean_[at], first)));
    }

    // Keeps the best kFits; the same codes give the same error, and are kept once.
    HWY_INLINE void insert(int k, Fit f) {
        const auto at = static_cast<std::size_t>(k);
        auto wanted = hn::Lt(f.error, fits_[kFits - 1].error[at]);
        for (int i = 0; i < kFits - 1; ++i) {
            wanted = hn::AndNot(hn::Eq(f.error, fits_[i].error[at]), wanted);
        }
        if (hn::AllFalse(kFloats, wanted)) {
            return;
        }
        f.error = select(wanted, f.error, set(kWorst));
        for (int i = 0; i < kFits; ++i) {
            const Fit old = get(i, k);
            const auto better = hn::Lt(f.error, old.error);
            put(i, k, choose(better, f, old));
            f = choose(better, old, f);
        }
    }

    const Blocks& blocks_;
    FloatTile<kSubs> lo_;
    FloatTile<kSubs> range_;
    FloatTile<kSubs> weight_;
    FloatTile<kSubs> sum_;
    FloatTile<kSubs> mean_;
    FloatTile<kSubs> variation_;
    Fits fits_[kFits];
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
