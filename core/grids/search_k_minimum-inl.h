// The search for formats that store (d * s) * q - dmin * m: Q2_K, Q4_K and Q5_K, one super-block in
// every lane. For inclusion by kernels that are compiled once for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#endif

#include "core/grids/search_k-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// How thoroughly is searched.
struct MinimumEffort {
    int steps;  ///< step sizes tried for a sub-block: range / (codes + first + i * spacing)
    float first;
    float spacing;
    int phases;   ///< offsets tried with each of them, around the middle
    float phase;  ///< ... at least this part of a step apart
    int scales;   ///< d tried: largest step / (scales' top - i * scale_spacing)
    float top;    ///< 1 = the largest step gets the largest scale
    float scale_spacing;
    int minima;   ///< dmin tried likewise
    int pairs;    ///< pairs of d and dmin worked out on the values, at most 8
    int refined;  ///< the best of those, at most 3
    int window;   ///< scales tried on both sides of the best
    int rounds;   ///< refits of d and dmin
};

// Weighted values may be clipped far, and the weighted references take longer: more is tried.
constexpr MinimumEffort kEffortQ2 = {8, -1.6f, 0.5f, 4, 0.25f, 12, 1.1f, 0.5f, 12, 4, 2, 2, 2};
constexpr MinimumEffort kEffortQ4 = {12, -2.0f, 0.6f, 4, 0.25f, 16, 1.1f, 1.0f, 16, 8, 3, 2, 3};
constexpr MinimumEffort kEffortQ5 = {12, -2.0f, 0.6f, 4, 0.25f, 16, 1.1f, 1.0f, 16, 8, 3, 2, 3};
constexpr MinimumEffort kWeightedEffortQ2 = {12,   -2.0f, 0.4f, 6, 0.25f, 24, 1.1f,
                                             0.3f, 24,    8,    3, 2,     2};
constexpr MinimumEffort kWeightedEffortQ4 = {16,   -2.0f, 0.8f, 6, 0.25f, 24, 1.127f,
                                             0.7f, 24,    8,    3, 2,     3};
constexpr MinimumEffort kWeightedEffortQ5 = {16,   -2.0f, 0.8f, 6, 0.25f, 24, 1.127f,
                                             0.7f, 24,    8,    3, 2,     3};

/// Three ideas. (1) For fixed codes the error of a sub-block is a quadratic form in step and
/// offset; the forms of the best code assignments that a dense scan of steps and offsets finds are
/// kept. (2) For a pair (d, dmin) the forms tell, without looking at values, about which error the
/// best stored scales and minima reach: so thousands of pairs are compared. (3) The best pairs are
/// worked out on the values: scales and minima around the best with codes chosen anew, and d and
/// dmin fitted to the codes again.
///
/// d < 0 stands for codes that count down from an offset above, dmin < 0 for offsets above zero;
/// all four combinations of signs are just numbers here.
template <class Blocks, int kSub, int kMaxCode, int kMaxScale>
class MinimumSearch {
  public:
    static constexpr int kSubs = static_cast<int>(kSuperBlockValues) / kSub;

    struct Result {
        FloatVec d;
        FloatVec dmin;
        FloatVec error;
        FloatTile<kSubs> scales;
        FloatTile<kSubs> minima;
    };

    MinimumSearch(const Blocks& blocks, const MinimumEffort& effort)
        : blocks_(blocks), effort_(effort) {}

    HWY_NOINLINE void run(Result& best) {
        for (int k = 0; k < kSubs; ++k) {
            sum_up(k);
            find_fits(k);
        }
        choose_pairs();
        started_.clear();
        Result next;
        for (std::size_t i = 0; i < static_cast<std::size_t>(effort_.pairs); ++i) {
            start(pairs_.first[i], pairs_.second[i], next);
            started_.insert(next.error, next.d, next.dmin);
        }
        best.error = set(kWorst);
        for (std::size_t i = 0; i < static_cast<std::size_t>(effort_.refined); ++i) {
            start(started_.first[i], started_.second[i], next);
            for (int round = 0; round < effort_.rounds; ++round) {
                refit(next);
            }
            keep_better(next, best);
        }
    }

    /// The code of value j.
    HWY_INLINE FloatVec code_of(const Result& result, std::size_t j) const {
        const std::size_t k = j / kSub;
        const auto distance = hn::Add(blocks_.value(j), hn::Mul(result.dmin, result.minima[k]));
        return code(distance, ratio(set(1.0f), hn::Mul(result.d, result.scales[k])));
    }

  private:
    static constexpr int kFits = 3;
    static constexpr std::size_t kSteps = 6;
    static constexpr std::size_t kPairs = 8;
    static constexpr std::size_t kRefined = 3;
    static constexpr float kCodes = kMaxCode;
    static constexpr float kScales = kMaxScale;

    // Sums over a sub-block with codes q: weight * q, weight * q², weight * q * x.
    struct Sums {
        FloatVec q;
        FloatVec qq;
        FloatVec qx;
    };

    // The error of a sub-block with fixed codes, decoded as step * q + offset:
    //   error + spread * (step - a)² + weight * (offset - b + mean * (step - a))²
    // with `mean` the weighted mean of the codes.
    struct Fit {
        FloatVec a;
        FloatVec b;
        FloatVec mean;
        FloatVec spread;
        FloatVec error;
    };

    struct Fits {
        FloatTile<kSubs> a;
        FloatTile<kSubs> b;
        FloatTile<kSubs> mean;
        FloatTile<kSubs> spread;
        FloatTile<kSubs> error;
    };

    struct Choice {
        FloatVec scale;
        FloatVec minimum;
        FloatVec cost;
    };

    HWY_INLINE static FloatVec code(FloatVec distance, FloatVec inverse) {
        return round_even(clamp(hn::Mul(distance, inverse), 0.0f, kCodes));
    }
    HWY_INLINE static FloatVec stored(FloatVec value) {
        return round_even(clamp(value, 0.0f, kScales));
    }

    HWY_INLINE Fit get(int i, int k) const {
        const auto at = static_cast<std::size_t>(k);
        const Fits& f = fits_[i];
        return {f.a[at], f.b[at], f.mean[at], f.spread[at], f.error[at]};
    }
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

    HWY_INLINE static std::size_t value_begin(int k) { return static_cast<std::size_t>(k * kSub); }

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

    HWY_INLINE FloatVec error(int k, FloatVec step, FloatVec offset) const {
        const auto inverse = ratio(set(1.0f), step);
        auto total = zero();
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto distance = hn::Sub(blocks_.value(j), offset);
            const auto e = hn::Sub(hn::Mul(code(distance, inverse), step), distance);
            total = hn::Add(total, blocks_.weigh(j, square(e)));
        }
        return total;
    }

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

    // Keeps the best kFits; the same codes give the same error, and are kept once.
    HWY_INLINE void insert(int k, Fit f) {
        auto known = hn::Lt(zero(), zero());
        for (int i = 0; i < kFits; ++i) {
            known = hn::Or(known, hn::Eq(f.error, get(i, k).error));
        }
        f.error = select(known, set(kWorst), f.error);
        for (int i = 0; i < kFits; ++i) {
            const Fit old = get(i, k);
            const auto better = hn::Lt(f.error, old.error);
            put(i, k, choose(better, f, old));
            f = choose(better, old, f);
        }
    }

    HWY_INLINE void find_fits(int k) {
        const auto at = static_cast<std::size_t>(k);
        for (int i = 0; i < kFits; ++i) {
            put(i, k, {zero(), zero(), zero(), zero(), set(kWorst)});
        }
        const float middle = 0.5f * static_cast<float>(effort_.phases - 1);
        for (int i = 0; i < effort_.steps; ++i) {
            const float steps = kCodes + effort_.first + effort_.spacing * static_cast<float>(i);
            const auto step = hn::Div(range_[at], set(steps));
            const auto inverse = ratio(set(1.0f), step);
            // Where the codes do not span the values, they are tried at both ends too.
            const float left = 0.5f * (steps - kCodes);
            const float furthest = std::max(left, effort_.phase * middle);
            for (int p = 0; p < effort_.phases; ++p) {
                const float shift = left + furthest * (static_cast<float>(p) / middle - 1.0f);
                const auto offset = hn::Add(lo_[at], hn::Mul(step, set(shift)));
                const Fit first = fit(k, sums(k, inverse, offset));
                insert(k, fit(k, sums(k, ratio(set(1.0f), first.a), first.b)));
            }
        }
    }

    // The fit as seen with codes counted down where d < 0.
    HWY_INLINE static Fit turned(FloatMask down, const Fit& f) {
        return {select(down, hn::Neg(f.a), f.a),
                select(down, hn::Add(f.b, hn::Mul(f.a, set(kCodes))), f.b),
                select(down, hn::Sub(set(kCodes), f.mean), f.mean), f.spread, f.error};
    }

    // The stored minimum for a stored scale, as the form wants it, and the cost of both.
    HWY_INLINE Choice with_minimum(int k, const Fit& f, FloatVec scale, FloatVec d, FloatVec dmin,
                                   FloatVec per_dmin) const {
        const auto moved = hn::Sub(hn::Mul(d, scale), f.a);
        const auto offset = hn::Sub(f.b, hn::Mul(f.mean, moved));
        const auto minimum = stored(hn::Neg(hn::Mul(offset, per_dmin)));
        const auto off = hn::Add(offset, hn::Mul(dmin, minimum));
        const auto cost = hn::Add(hn::Mul(f.spread, square(moved)),
                                  hn::Mul(weight_[static_cast<std::size_t>(k)], square(off)));
        return {scale, minimum, hn::Add(f.error, cost)};
    }

    HWY_INLINE Choice best_choice(int k, FloatVec d, FloatVec dmin, FloatVec per_d,
                                  FloatVec per_dmin) const {
        const auto down = hn::Lt(d, zero());
        Choice best{zero(), zero(), set(kWorst)};
        for (int i = 0; i < kFits; ++i) {
            const Fit f = turned(down, get(i, k));
            const Choice next = with_minimum(k, f, stored(hn::Mul(f.a, per_d)), d, dmin, per_dmin);
            const auto better = hn::Lt(next.cost, best.cost);
            best = {select(better, next.scale, best.scale),
                    select(better, next.minimum, best.minimum),
                    select(better, next.cost, best.cost)};
        }
        return best;
    }

    HWY_INLINE FloatVec cost_of_scale(FloatVec d) const {
        const auto per_d = ratio(set(1.0f), d);
        auto total = zero();
        for (int k = 0; k < kSubs; ++k) {
            auto best = set(kWorst);
            for (int i = 0; i < kFits; ++i) {
                const Fit f = get(i, k);
                const auto moved = hn::Sub(hn::Mul(d, stored(hn::Mul(f.a, per_d))), f.a);
                best = hn::Min(best, hn::Add(f.error, hn::Mul(f.spread, square(moved))));
            }
            total = hn::Add(total, best);
        }
        return total;
    }

    HWY_INLINE FloatVec cost_of_pair(FloatVec d, FloatVec dmin) const {
        const auto per_d = ratio(set(1.0f), d);
        const auto per_dmin = ratio(set(1.0f), dmin);
        auto total = zero();
        for (int k = 0; k < kSubs; ++k) {
            total = hn::Add(total, best_choice(k, d, dmin, per_d, per_dmin).cost);
        }
        return total;
    }

    HWY_INLINE float tried(int i) const {
        return kScales * effort_.top - effort_.scale_spacing * static_cast<float>(i);
    }

    HWY_INLINE void choose_pairs() {
        auto step = zero();
        auto below = zero();  // the largest minima: offsets below zero, ...
        auto above = zero();
        auto top_below = zero();  // ... and the same counted from the other end
        auto top_above = zero();
        for (int k = 0; k < kSubs; ++k) {
            const Fit f = get(0, k);
            const auto top = hn::Add(f.b, hn::Mul(f.a, set(kCodes)));
            step = hn::Max(step, f.a);
            below = hn::Max(below, hn::Neg(f.b));
            above = hn::Max(above, f.b);
            top_below = hn::Max(top_below, hn::Neg(top));
            top_above = hn::Max(top_above, top);
        }
        steps_.clear();
        for (int i = 0; i < effort_.scales; ++i) {
            const auto d = blocks_.as_half_above_zero(hn::Div(step, set(tried(i))));
            steps_.insert(cost_of_scale(d), d, d);
        }
        const auto up_offset = select(hn::Ge(below, above), below, hn::Neg(above));
        const auto down_offset =
            select(hn::Gt(top_below, top_above), top_below, hn::Neg(top_above));
        pairs_.clear();
        for (int j = 0; j < effort_.minima; ++j) {
            const auto per_scale = set(1.0f / tried(j));
            const auto up = blocks_.as_half_above_zero(hn::Mul(up_offset, per_scale));
            const auto down = blocks_.as_half_above_zero(hn::Mul(down_offset, per_scale));
            for (std::size_t i = 0; i < kSteps; ++i) {
                const auto d = steps_.first[i];
                pairs_.insert(cost_of_pair(d, up), d, up);
                const auto turned_d = hn::Neg(d);
                pairs_.insert(cost_of_pair(turned_d, down), turned_d, down);
            }
        }
    }

    HWY_INLINE void start(FloatVec d, FloatVec dmin, Result& result) const {
        result.d = d;
        result.dmin = dmin;
        const auto per_d = ratio(set(1.0f), d);
        const auto per_dmin = ratio(set(1.0f), dmin);
        result.error = zero();
        for (int k = 0; k < kSubs; ++k) {
            const Choice best = best_choice(k, d, dmin, per_d, per_dmin);
            improve(k, best.scale, best.minimum, result);
        }
    }

    // From a scale and minimum of sub-block k: the codes they lead to, and the scales and minima
    // around those that suit these codes best. Stores the best and adds its error.
    HWY_INLINE void improve(int k, FloatVec scale, FloatVec minimum, Result& result) const {
        const auto d = result.d;
        const auto dmin = result.dmin;
        const auto per_d = ratio(set(1.0f), d);
        const auto per_dmin = ratio(set(1.0f), dmin);
        const auto step = hn::Mul(d, scale);
        const auto offset = hn::Neg(hn::Mul(dmin, minimum));
        const Fit f = fit(k, sums(k, ratio(set(1.0f), step), offset));
        Choice best{scale, minimum, error(k, step, offset)};
        const auto middle = hn::Mul(f.a, per_d);
        for (int i = -effort_.window; i <= effort_.window; ++i) {
            const auto near = stored(hn::Add(middle, set(static_cast<float>(i))));
            Choice next = with_minimum(k, f, near, d, dmin, per_dmin);
            next.cost = error(k, hn::Mul(d, near), hn::Neg(hn::Mul(dmin, next.minimum)));
            const auto better = hn::Lt(next.cost, best.cost);
            best = {select(better, next.scale, best.scale),
                    select(better, next.minimum, best.minimum),
                    select(better, next.cost, best.cost)};
        }
        const auto at = static_cast<std::size_t>(k);
        result.scales.put(at, best.scale);
        result.minima.put(at, best.minimum);
        result.error = hn::Add(result.error, best.cost);
    }

    // The d and dmin that suit the codes of the whole super-block best.
    HWY_INLINE void refit(Result& result) const {
        auto dd = zero();
        auto dm = zero();
        auto mm = zero();
        auto dx = zero();
        auto mx = zero();
        for (std::size_t k = 0; k < kSubs; ++k) {
            const auto s = result.scales[k];
            const auto m = result.minima[k];
            const auto inverse = ratio(set(1.0f), hn::Mul(result.d, s));
            const Sums sum = sums(static_cast<int>(k), inverse, hn::Neg(hn::Mul(result.dmin, m)));
            dd = hn::Add(dd, hn::Mul(square(s), sum.qq));
            dm = hn::Add(dm, hn::Mul(hn::Mul(s, m), sum.q));
            mm = hn::Add(mm, hn::Mul(square(m), weight_[k]));
            dx = hn::Add(dx, hn::Mul(s, sum.qx));
            mx = hn::Add(mx, hn::Mul(m, sum_[k]));
        }
        const auto product = hn::Mul(dd, mm);
        const auto determinant = hn::Sub(product, square(dm));
        const auto solvable = hn::Gt(determinant, hn::Mul(set(1e-5f), product));
        const auto d = ratio(hn::Sub(hn::Mul(dx, mm), hn::Mul(mx, dm)), determinant);
        const auto dmin = ratio(hn::Sub(hn::Mul(dx, dm), hn::Mul(mx, dd)), determinant);
        Result next;
        next.d = select(solvable, blocks_.as_half(d), result.d);
        next.dmin = select(solvable, blocks_.as_half(dmin), result.dmin);
        next.error = zero();
        for (std::size_t k = 0; k < kSubs; ++k) {
            improve(static_cast<int>(k), result.scales[k], result.minima[k], next);
        }
        keep_better(next, result);
    }

    HWY_INLINE static void keep_better(const Result& next, Result& best) {
        const auto better = hn::Lt(next.error, best.error);
        best.d = select(better, next.d, best.d);
        best.dmin = select(better, next.dmin, best.dmin);
        best.error = select(better, next.error, best.error);
        for (std::size_t k = 0; k < kSubs; ++k) {
            best.scales.put(k, select(better, next.scales[k], best.scales[k]));
            best.minima.put(k, select(better, next.minima[k], best.minima[k]));
        }
    }

    const Blocks& blocks_;
    const MinimumEffort effort_;
    FloatTile<kSubs> lo_;
    FloatTile<kSubs> range_;
    FloatTile<kSubs> weight_;
    FloatTile<kSubs> sum_;
    FloatTile<kSubs> mean_;
    FloatTile<kSubs> variation_;
    Fits fits_[kFits];
    Shortlist<kSteps> steps_;
    Shortlist<kPairs> pairs_;
    Shortlist<kRefined> started_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
