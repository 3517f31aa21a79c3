// The search for formats that store (d * s) * q with scales of both signs: Q3_K, Q6_K and IQ4_XS,
// one super-block in every lane. For inclusion by kernels that are compiled once for every SIMD
// target.
#if defined(QL_CORE_GRIDS_SEARCH_K_SIGNED_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_K_SIGNED_INL_H_
#undef QL_CORE_GRIDS_SEARCH_K_SIGNED_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_K_SIGNED_INL_H_
#endif

#include "core/grids/block_layout.h"
#include "core/grids/search_k-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// Codes that are the integers from kLowest to kHighest.
template <int kLowest, int kHighest>
struct IntegerCodes {
    static constexpr float kLow = kLowest;
    static constexpr float kHigh = kHighest;
    HWY_INLINE static FloatVec nearest(FloatVec position) {
        return round_even(clamp(position, kLow, kHigh));
    }
};

/// The table of IQ4_NL and IQ4_XS.
struct Iq4Codes {
    static constexpr float kLow = kIq4Values.front();
    static constexpr float kHigh = kIq4Values.back();
    HWY_INLINE static FloatVec nearest(FloatVec position) {
        auto value = set(kLow);
        for (std::size_t i = 1; i < kIq4Values.size(); ++i) {
            const auto middle = set(0.5f * (kIq4Values[i - 1] + kIq4Values[i]));
            value = select(hn::Gt(position, middle), set(kIq4Values[i]), value);
        }
        return value;
    }
};

/// How thoroughly is searched.
struct SignedEffort {
    int steps;      ///< step sizes tried for a sub-block with either sign
    float first;    ///< extreme / step of the first, in units of the lowest code
    float spacing;  ///< ... and what is added for the next
    int scales;     ///< d tried: largest step / (top * most negative scale - i * scale_spacing)
    float top;
    float scale_spacing;
    int tried;   ///< the best of those are worked out on the values, at most 6
    int window;  ///< scales tried on both sides of the best
    int rounds;  ///< refits of d
};

constexpr SignedEffort kEffortQ3 = {5, 0.8f, 0.11f, 6, 1.03f, 1.3f, 1, 1, 0};
constexpr SignedEffort kEffortQ6 = {28, 0.7f, 0.0165f, 8, 1.03f, 1.5f, 2, 3, 1};
constexpr SignedEffort kEffortIq4 = {24, 0.7f, 0.03f, 40, 1.1f, 0.4f, 6, 1, 1};
constexpr SignedEffort kWeightedEffortQ3 = {24, 0.5f, 0.1f, 16, 1.1f, 1.0f, 4, 1, 1};
constexpr SignedEffort kWeightedEffortQ6 = {28, 0.6f, 0.021f, 8, 1.04f, 2.0f, 2, 3, 1};
constexpr SignedEffort kWeightedEffortIq4 = {24, 0.5f, 0.06f, 24, 1.1f, 0.6f, 4, 1, 1};

/// As MinimumSearch, in one dimension: for fixed codes the error of a sub-block decoded as step * q
/// is error + weight * (step - a)².
template <class Blocks, int kSub, class Codes, int kLowestScale>
class SignedSearch {
  public:
    static constexpr int kSubs = static_cast<int>(kSuperBlockValues) / kSub;

    struct Result {
        FloatVec d;
        FloatVec error;
        FloatTile<kSubs> scales;
    };

    SignedSearch(const Blocks& blocks, const SignedEffort& effort)
        : blocks_(blocks), effort_(effort) {}

    HWY_NOINLINE void run(Result& best) {
        for (int k = 0; k < kSubs; ++k) {
            find_fits(k);
        }
        choose_scales();
        for (std::size_t i = 0; i < static_cast<std::size_t>(effort_.tried); ++i) {
            Result next;
            start(scales_.first[i], next);
            for (int round = 0; round < effort_.rounds; ++round) {
                refit(next);
            }
            if (i == 0) {
                best = next;
            } else {
                keep_better(next, best);
            }
        }
    }

    /// The code of value j, as the number that it stands for.
    HWY_INLINE FloatVec code_of(const Result& result, std::size_t j) const {
        const auto step = hn::Mul(result.d, result.scales[j / kSub]);
        return Codes::nearest(hn::Mul(blocks_.value(j), ratio(set(1.0f), step)));
    }

  private:
    static constexpr std::size_t kFits = 2;
    static constexpr std::size_t kTried = 6;

    // Sums over a sub-block with codes q: weight * q², weight * q * x.
    struct Sums {
        FloatVec qq;
        FloatVec qx;
    };

    HWY_INLINE static FloatVec stored(FloatVec value) {
        return round_even(clamp(value, kLowestScale, -kLowestScale - 1));
    }
    HWY_INLINE static std::size_t value_begin(int k) { return static_cast<std::size_t>(k * kSub); }

    HWY_INLINE Sums sums(int k, FloatVec inverse) const {
        Sums sum{zero(), zero()};
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto x = blocks_.value(j);
            const auto q = Codes::nearest(hn::Mul(x, inverse));
            const auto hq = blocks_.weigh(j, q);
            sum.qq = hn::Add(sum.qq, hn::Mul(hq, q));
            sum.qx = hn::Add(sum.qx, hn::Mul(hq, x));
        }
        return sum;
    }

    // With a step of 0 every code is the one nearest to 0, and the decoded value 0.
    HWY_INLINE FloatVec error(int k, FloatVec step) const {
        const auto inverse = ratio(set(1.0f), step);
        auto total = zero();
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto x = blocks_.value(j);
            const auto e = hn::Sub(hn::Mul(Codes::nearest(hn::Mul(x, inverse)), step), x);
            total = hn::Add(total, blocks_.weigh(j, square(e)));
        }
        return total;
    }

    HWY_INLINE void find_fits(int k) {
        const auto at = static_cast<std::size_t>(k);
        auto extreme = zero();
        auto power = zero();
        for (std::size_t j = value_begin(k); j < value_begin(k + 1); ++j) {
            const auto x = blocks_.value(j);
            extreme = select(hn::Gt(hn::Abs(x), hn::Abs(extreme)), x, extreme);
            power = hn::Add(power, blocks_.weigh(j, square(x)));
        }
        Shortlist<kFits> fits;
        fits.clear();
        for (int i = 0; i < effort_.steps; ++i) {
            const float far =
                Codes::kLow * (effort_.first + effort_.spacing * static_cast<float>(i));
            for (const float sign : {1.0f, -1.0f}) {
                const auto step = hn::Mul(extreme, set(sign / far));
                const Sums sum = sums(k, ratio(set(1.0f), step));
                const auto a = ratio(sum.qx, sum.qq);
                insert(fits, hn::Sub(power, hn::Mul(a, sum.qx)), a, sum.qq);
            }
        }
        for (std::size_t i = 0; i < kFits; ++i) {
            fit_step_[i].put(at, fits.first[i]);
            fit_weight_[i].put(at, fits.second[i]);
            fit_error_[i].put(at, fits.cost[i]);
        }
    }

    // The same codes give the same error, and are kept once.
    HWY_INLINE static void insert(Shortlist<kFits>& fits, FloatVec error, FloatVec a,
                                  FloatVec weight) {
        auto wanted = hn::Lt(error, fits.cost[kFits - 1]);
        for (std::size_t i = 0; i < kFits - 1; ++i) {
            wanted = hn::AndNot(hn::Eq(error, fits.cost[i]), wanted);
        }
        if (!hn::AllFalse(kFloats, wanted)) {
            fits.insert(select(wanted, error, set(kWorst)), a, weight);
        }
    }

    struct Choice {
        FloatVec scale;
        FloatVec cost;
    };

    HWY_INLINE Choice best_choice(std::size_t k, FloatVec d, FloatVec per_d) const {
        Choice best{zero(), set(kWorst)};
        for (std::size_t i = 0; i < kFits; ++i) {
            const auto a = fit_step_[i][k];
            const auto scale = stored(hn::Mul(a, per_d));
            const auto moved = hn::Sub(hn::Mul(d, scale), a);
            const auto cost = hn::Add(fit_error_[i][k], hn::Mul(fit_weight_[i][k], square(moved)));
            const auto better = hn::Lt(cost, best.cost);
            best = {select(better, scale, best.scale), select(better, cost, best.cost)};
        }
        return best;
    }

    // Both signs of d: the most negative scale has no counterpart.
    HWY_INLINE void choose_scales() {
        auto largest = zero();
        for (std::size_t k = 0; k < kSubs; ++k) {
            largest = hn::Max(largest, hn::Abs(fit_step_[0][k]));
        }
        scales_.clear();
        for (int i = 0; i < effort_.scales; ++i) {
            const float most = -kLowestScale * effort_.top;
            const float scale = most - effort_.scale_spacing * static_cast<float>(i);
            const auto magnitude = blocks_.as_half_above_zero(hn::Div(largest, set(scale)));
            for (const auto d : {magnitude, hn::Neg(magnitude)}) {
                const auto per_d = ratio(set(1.0f), d);
                auto cost = zero();
                for (std::size_t k = 0; k < kSubs; ++k) {
                    cost = hn::Add(cost, best_choice(k, d, per_d).cost);
                }
                scales_.insert(cost, d, d);
            }
        }
    }

    HWY_INLINE void start(FloatVec d, Result& result) const {
        result.d = d;
        result.error = zero();
        const auto per_d = ratio(set(1.0f), d);
        for (std::size_t k = 0; k < kSubs; ++k) {
            improve(k, best_choice(k, d, per_d).scale, result);
        }
    }

    // The best of the scales around one. Stores it and adds its error.
    HWY_INLINE void improve(std::size_t k, FloatVec scale, Result& result) const {
        Choice best{scale, set(kWorst)};
        for (int i = -effort_.window; i <= effort_.window; ++i) {
            const auto near = stored(hn::Add(scale, set(static_cast<float>(i))));
            const auto cost = error(static_cast<int>(k), hn::Mul(result.d, near));
            const auto better = hn::Lt(cost, best.cost);
            best = {select(better, near, best.scale), select(better, cost, best.cost)};
        }
        result.scales.put(k, best.scale);
        result.error = hn::Add(result.error, best.cost);
    }

    // The d that suits the codes of the whole super-block best.
    HWY_INLINE void refit(Result& result) const {
        auto dd = zero();
        auto dx = zero();
        for (std::size_t k = 0; k < kSubs; ++k) {
            const auto s = result.scales[k];
            const Sums sum = sums(static_cast<int>(k), ratio(set(1.0f), hn::Mul(result.d, s)));
            dd = hn::Add(dd, hn::Mul(square(s), sum.qq));
            dx = hn::Add(dx, hn::Mul(s, sum.qx));
        }
        Result next;
        next.d = blocks_.as_half(ratio(dx, dd));
        next.error = zero();
        for (std::size_t k = 0; k < kSubs; ++k) {
            improve(k, result.scales[k], next);
        }
        keep_better(next, result);
    }

    HWY_INLINE static void keep_better(const Result& next, Result& best) {
        const auto better = hn::Lt(next.error, best.error);
        best.d = select(better, next.d, best.d);
        best.error = select(better, next.error, best.error);
        for (std::size_t k = 0; k < kSubs; ++k) {
            best.scales.put(k, select(better, next.scales[k], best.scales[k]));
        }
    }

    const Blocks& blocks_;
    const SignedEffort effort_;
    FloatTile<kSubs> fit_step_[kFits];
    FloatTile<kSubs> fit_weight_[kFits];
    FloatTile<kSubs> fit_error_[kFits];
    Shortlist<kTried> scales_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
