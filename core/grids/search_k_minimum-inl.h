// The search for formats that store (d * s) * q - dmin * m: Q2_K, Q4_K and Q5_K, one super-block in
// every lane. For inclusion by kernels that are compiled once for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_MINIMUM_INL_H_
#endif

#include "core/grids/search_k_fits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// How thoroughly is searched.
struct MinimumEffort {
    FitEffort fits;
    int scales;  ///< d tried: largest step / (scales' top - i * scale_spacing)
    float top;   ///< 1 = the largest step gets the largest scale
    float scale_spacing;
    int minima;        ///< dmin tried likewise
    int pairs;         ///< pairs of d and dmin worked out on the values, at most 4
    int first_window;  ///< scales tried on both sides of the best
    int refined;       ///< the best of those pairs, at most 2
    int window;        ///< scales then tried on both sides
    int rounds;        ///< refits of d and dmin
};

// Steps larger than the values need (first < 0) are tried too: a sub-block has few values, and some
// codes meet them better. Weighted values may be clipped far, and the weighted references take
// longer: more is tried.
constexpr MinimumEffort kEffortQ2 = {
    {6, -1.2f, 0.5f, 6, 0.2f, 1}, 12, 1.1f, 0.5f, 12, 4, 1, 2, 1, 2};
constexpr MinimumEffort kEffortQ4 = {
    {8, -2.5f, 0.5f, 10, 0.2f, 1}, 12, 1.05f, 1.0f, 12, 4, 0, 2, 3, 2};
constexpr MinimumEffort kEffortQ5 = {
    {8, -4.0f, 0.7f, 10, 0.23f, 1}, 12, 1.05f, 1.0f, 12, 4, 0, 2, 3, 2};
constexpr MinimumEffort kWeightedEffortQ2 = {
    {12, -1.6f, 0.5f, 8, 0.2f, 1}, 16, 1.1f, 0.45f, 16, 4, 1, 2, 2, 2};
constexpr MinimumEffort kWeightedEffortQ4 = {
    {16, -4.0f, 1.0f, 10, 0.22f, 1}, 16, 1.05f, 0.7f, 16, 4, 0, 2, 3, 2};
constexpr MinimumEffort kWeightedEffortQ5 = {
    {16, -6.0f, 1.0f, 12, 0.25f, 1}, 16, 1.05f, 0.7f, 16, 4, 0, 2, 3, 2};

/// Three ideas. (1) For fixed codes the error of a sub-block is a quadratic form in step and
/// offset: SubBlockFits keeps those of good codes. (2) For a pair (d, dmin) the forms tell, without
/// looking at values, about which error the best stored scales and minima reach: so hundreds of
/// pairs are compared. (3) The best pairs are worked out on the values: scales and minima around
/// the best with codes chosen anew, and d and dmin fitted to the codes again.
///
/// d < 0 stands for codes that count down from an offset above, dmin < 0 for offsets above zero;
/// all four combinations of signs are just numbers here.
template <class Blocks, int kSub, int kMaxCode, int kMaxScale>
class MinimumSearch {
    using Fits = SubBlockFits<Blocks, kSub, kMaxCode>;
    using Fit = typename Fits::Fit;
    using Sums = typename Fits::Sums;

  public:
    static constexpr int kSubs = Fits::kSubs;

    struct Result {
        FloatVec d;
        FloatVec dmin;
        FloatVec error;
        // The normal equations of d and dmin for the codes of all sub-blocks.
        FloatVec dd;
        FloatVec dm;
        FloatVec mm;
        FloatVec dx;
        FloatVec mx;
        FloatTile<kSubs> scales;
        FloatTile<kSubs> minima;
    };

    MinimumSearch(const Blocks& blocks, const MinimumEffort& effort)
        : blocks_(blocks), effort_(effort), fits_(blocks) {}

    HWY_NOINLINE void run(Result& best) {
        for (int k = 0; k < kSubs; ++k) {
            fits_.find(k, effort_.fits);
        }
        choose_pairs();
        started_.clear();
        Result next;
        for (std::size_t i = 0; i < static_cast<std::size_t>(effort_.pairs); ++i) {
            start(pairs_.first[i], pairs_.second[i], effort_.first_window, next);
            started_.insert(next.error, next.d, next.dmin);
        }
        best.error = set(kWorst);
        for (std::size_t i = 0; i < static_cast<std::size_t>(effort_.refined); ++i) {
            start(started_.first[i], started_.second[i], effort_.window, next);
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
        return Fits::code(distance, ratio(set(1.0f), hn::Mul(result.d, result.scales[k])));
    }

  private:
    static constexpr std::size_t kSteps = 6;
    static constexpr std::size_t kPairs = 4;
    static constexpr std::size_t kRefined = 2;
    static constexpr float kScales = kMaxScale;

    struct Choice {
        FloatVec scale;
        FloatVec minimum;
        FloatVec cost;
    };

    HWY_INLINE static FloatVec stored(FloatVec value) {
        return round_even(clamp(value, 0.0f, kScales));
    }

    // The fit as seen with codes counted down where d < 0.
    HWY_INLINE static Fit turned(FloatMask down, const Fit& f) {
        return {select(down, hn::Neg(f.a), f.a),
                select(down, hn::Add(f.b, hn::Mul(f.a, set(Fits::kCodes))), f.b),
                select(down, hn::Sub(set(Fits::kCodes), f.mean), f.mean), f.spread, f.error};
    }

    // The stored minimum for a stored scale, as the form wants it, and the cost of both.
    HWY_INLINE Choice with_minimum(int k, const Fit& f, FloatVec scale, FloatVec d, FloatVec dmin,
                                   FloatVec per_dmin) const {
        const auto moved = hn::Sub(hn::Mul(d, scale), f.a);
        const auto offset = hn::Sub(f.b, hn::Mul(f.mean, moved));
        const auto minimum = stored(hn::Neg(hn::Mul(offset, per_dmin)));
        return {scale, minimum,
                fits_.cost(k, f, hn::Mul(d, scale), hn::Neg(hn::Mul(dmin, minimum)))};
    }

    HWY_INLINE Choice best_choice(int k, FloatVec d, FloatVec dmin, FloatVec per_d,
                                  FloatVec per_dmin) const {
        const auto down = hn::Lt(d, zero());
        Choice best{zero(), zero(), set(kWorst)};
        for (int i = 0; i < Fits::kFits; ++i) {
            const Fit f = turned(down, fits_.get(i, k));
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
            for (int i = 0; i < Fits::kFits; ++i) {
                const Fit f = fits_.get(i, k);
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
            const Fit f = fits_.get(0, k);
            const auto top = hn::Add(f.b, hn::Mul(f.a, set(Fits::kCodes)));
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

    HWY_INLINE static void clear_sums(Result& result) {
        for (FloatVec* const sum :
             {&result.error, &result.dd, &result.dm, &result.mm, &result.dx, &result.mx}) {
            *sum = zero();
        }
    }

    HWY_INLINE void start(FloatVec d, FloatVec dmin, int window, Result& result) const {
        result.d = d;
        result.dmin = dmin;
        const auto per_d = ratio(set(1.0f), d);
        const auto per_dmin = ratio(set(1.0f), dmin);
        clear_sums(result);
        for (int k = 0; k < kSubs; ++k) {
            const Choice best = best_choice(k, d, dmin, per_d, per_dmin);
            improve(k, best.scale, best.minimum, window, result);
        }
    }

    // A scale and a minimum with the codes that they lead to.
    struct Trial {
        FloatVec scale;
        FloatVec minimum;
        Sums sum;
        FloatVec error;
    };

    HWY_INLINE Trial trial(int k, FloatVec scale, FloatVec minimum, const Result& result,
                           Fit& form) const {
        const auto step = hn::Mul(result.d, scale);
        const auto offset = hn::Neg(hn::Mul(result.dmin, minimum));
        const Sums sum = fits_.sums(k, ratio(set(1.0f), step), offset);
        form = fits_.fit(k, sum);
        return {scale, minimum, sum, fits_.cost(k, form, step, offset)};
    }

    // From a scale and minimum of sub-block k: the codes they lead to, and the scales and minima
    // around those that suit these codes best. Stores the best and adds its error.
    HWY_INLINE void improve(int k, FloatVec scale, FloatVec minimum, int window,
                            Result& result) const {
        const auto per_d = ratio(set(1.0f), result.d);
        const auto per_dmin = ratio(set(1.0f), result.dmin);
        Fit form;
        Fit unused;
        Trial best = trial(k, scale, minimum, result, form);
        const auto middle = hn::Mul(form.a, per_d);
        for (int i = -window; i <= window; ++i) {
            const auto near = stored(hn::Add(middle, set(static_cast<float>(i))));
            const Choice choice = with_minimum(k, form, near, result.d, result.dmin, per_dmin);
            const Trial next = trial(k, near, choice.minimum, result, unused);
            const auto better = hn::Lt(next.error, best.error);
            best = {
                select(better, next.scale, best.scale),
                select(better, next.minimum, best.minimum),
                {select(better, next.sum.q, best.sum.q), select(better, next.sum.qq, best.sum.qq),
                 select(better, next.sum.qx, best.sum.qx)},
                select(better, next.error, best.error)};
        }
        const auto at = static_cast<std::size_t>(k);
        result.scales.put(at, best.scale);
        result.minima.put(at, best.minimum);
        result.error = hn::Add(result.error, best.error);
        add_normal(at, best, result);
    }

    HWY_INLINE void add_normal(std::size_t k, const Trial& t, Result& result) const {
        result.dd = hn::Add(result.dd, hn::Mul(square(t.scale), t.sum.qq));
        result.dm = hn::Add(result.dm, hn::Mul(hn::Mul(t.scale, t.minimum), t.sum.q));
        result.mm = hn::Add(result.mm, hn::Mul(square(t.minimum), fits_.weight(k)));
        result.dx = hn::Add(result.dx, hn::Mul(t.scale, t.sum.qx));
        result.mx = hn::Add(result.mx, hn::Mul(t.minimum, fits_.sum(k)));
    }

    // The d and dmin that suit the codes of the whole super-block best.
    HWY_INLINE void refit(Result& result) const {
        const auto product = hn::Mul(result.dd, result.mm);
        const auto determinant = hn::Sub(product, square(result.dm));
        const auto solvable = hn::Gt(determinant, hn::Mul(set(1e-5f), product));
        const auto d = ratio(hn::Sub(hn::Mul(result.dx, result.mm), hn::Mul(result.mx, result.dm)),
                             determinant);
        const auto dmin = ratio(
            hn::Sub(hn::Mul(result.dx, result.dm), hn::Mul(result.mx, result.dd)), determinant);
        Result next;
        next.d = select(solvable, blocks_.as_half(d), result.d);
        next.dmin = select(solvable, blocks_.as_half(dmin), result.dmin);
        clear_sums(next);
        for (std::size_t k = 0; k < kSubs; ++k) {
            improve(static_cast<int>(k), result.scales[k], result.minima[k], effort_.window, next);
        }
        keep_better(next, result);
    }

    HWY_INLINE static void keep_better(const Result& next, Result& best) {
        const auto better = hn::Lt(next.error, best.error);
        best.d = select(better, next.d, best.d);
        best.dmin = select(better, next.dmin, best.dmin);
        best.error = select(better, next.error, best.error);
        best.dd = select(better, next.dd, best.dd);
        best.dm = select(better, next.dm, best.dm);
        best.mm = select(better, next.mm, best.mm);
        best.dx = select(better, next.dx, best.dx);
        best.mx = select(better, next.mx, best.mx);
        for (std::size_t k = 0; k < kSubs; ++k) {
            best.scales.put(k, select(better, next.scales[k], best.scales[k]));
            best.minima.put(k, select(better, next.minima[k], best.minima[k]));
        }
    }

    const Blocks& blocks_;
    const MinimumEffort effort_;
    Fits fits_;
    Shortlist<kSteps> steps_;
    Shortlist<kPairs> pairs_;
    Shortlist<kRefined> started_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
