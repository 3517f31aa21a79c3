// How ggml fits a scale, or a scale and a minimum, to a group of values: the building blocks of its
// K-quants. One group in every lane. The order of the operations is part of the format's bytes: all
// sums run over the values in order, and nothing is fused. For inclusion by kernels that are
// compiled once for every SIMD target (Highway's foreach_target).
#if defined(QL_CORE_GRIDS_K_FITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_K_FITS_INL_H_
#undef QL_CORE_GRIDS_K_FITS_INL_H_
#else
#define QL_CORE_GRIDS_K_FITS_INL_H_
#endif

#include <cstddef>

#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// Groups whose largest magnitude is below this count as zeros.
constexpr float kNothing = 1e-15f;

HWY_INLINE FloatVec select(FloatMask mask, FloatVec yes, FloatVec no) {
    return hn::IfThenElse(mask, yes, no);
}

HWY_INLINE FloatMask all_lanes() { return hn::FirstN(kFloats, kLanes); }
HWY_INLINE FloatMask no_lanes() { return hn::FirstN(kFloats, 0); }

/// The value of largest magnitude, the first of equals, with its sign.
template <std::size_t kCount>
HWY_INLINE FloatVec signed_extreme(FloatRows x) {
    auto extreme = zero();
    auto largest = zero();
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto larger = hn::Abs(x[i]) > largest;
        largest = select(larger, hn::Abs(x[i]), largest);
        extreme = select(larger, x[i], extreme);
    }
    return extreme;
}

/// scale = wxl / wll, or 0 where there is nothing to divide by. Not a number where squares are
/// infinite: that must not pass for a scale of 0.
HWY_INLINE FloatVec least_squares_scale(FloatVec wxl, FloatVec wll) {
    return hn::IfThenZeroElse(wll == zero(), wxl / wll);
}

/// x ≈ scale * l with l = nearest(inverse * x) in -levels .. levels - 1.
struct SignedFit {
    FloatVec scale;
    FloatVec inverse;  ///< 0 where the group counts as zeros: its codes are -levels
};

HWY_INLINE FloatVec code(const SignedFit& fit, FloatVec x, int levels) {
    const auto lowest = set(static_cast<float>(-levels));
    return select(fit.inverse == zero(), lowest,
                  nearest_code(fit.inverse * x, -levels, levels - 1));
}

/// Tries inverse scales around the one that gives the extreme the code -levels, and takes that with
/// the lowest weighted squared error, which is the one with the largest (Σwxl)² / Σwll.
template <std::size_t kCount>
HWY_INLINE SignedFit fit_signed(FloatRows x, FloatRows w, int levels) {
    FloatTile<kCount> wx;
    for (std::size_t i = 0; i < kCount; ++i) {
        wx.put(i, w[i] * x[i]);
    }
    const auto extreme = signed_extreme<kCount>(x);
    auto best = zero();
    SignedFit fit{zero(), zero()};
    const auto try_inverse = [&](int tenths) HWY_ATTR {
        const float scaled = static_cast<float>(levels) + 0.1f * static_cast<float>(tenths);
        const auto inverse = set(-scaled) / extreme;
        auto wxl = zero();
        auto wll = zero();
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto l = nearest_code(inverse * x[i], -levels, levels - 1);
            wxl = wxl + wx[i] * l;
            wll = wll + w[i] * l * l;
        }
        const auto better =
            tenths == 0 ? all_lanes() : hn::And(wll > zero(), wxl * wxl > best * wll);
        fit.scale = select(better, least_squares_scale(wxl, wll), fit.scale);
        fit.inverse = select(better, inverse, fit.inverse);
        best = select(better, fit.scale * wxl, best);
    };
    try_inverse(0);
    for (int tenths = -9; tenths <= 9; ++tenths) {
        if (tenths != 0) {
            try_inverse(tenths);
        }
    }
    const auto something = hn::Abs(extreme) >= set(kNothing);
    return {hn::IfThenElseZero(something, fit.scale), hn::IfThenElseZero(something, fit.inverse)};
}

/// The integers that codes may be in a fit.
struct CodeRange {
    int lowest;
    int highest;
    bool bytes;  ///< negative codes, which are not meant to be, are kept as bytes: -1 as 255
};

/// What a byte keeps of an integer.
HWY_INLINE FloatVec low_byte(FloatVec code) {
    return hn::ConvertTo(kFloats, hn::And(hn::ConvertTo(kInts, code), hn::Set(kInts, 255)));
}

/// A group whose codes are improved one by one, with the sums Σwxl and Σwll that this keeps up.
template <std::size_t kCount>
struct Descent {
    FloatRows x;
    FloatRows w;
    FloatTile<kCount> codes;
    FloatVec wxl;
    FloatVec wll;
    FloatMask changing;  ///< lanes in which the last pass changed a code
    FloatMask changed;   ///< and those of the present pass

    HWY_INLINE Descent(FloatRows values, FloatRows weights)
        : x(values), w(weights), wxl(zero()), wll(zero()), changing(all_lanes()) {}

    /// Adds a value with its first code.
    HWY_INLINE void add(std::size_t i, FloatVec l) {
        wxl = wxl + w[i] * x[i] * l;
        wll = wll + w[i] * l * l;
    }

    /// Sets code i to the one nearest to x over the scale that the others ask for, if that lowers
    /// the error.
    HWY_INLINE void improve(std::size_t i, const CodeRange& range) {
        const auto l = codes[i];
        const auto wx = w[i] * x[i];
        auto new_wxl = wxl - wx * l;
        auto new_wll = wll - w[i] * l * l;
        auto possible = hn::And(changing, new_wxl > zero());
        if (range.bytes) {
            possible = hn::And(possible, new_wll > zero());
        }
        const auto proposed = nearest_code(x[i] * new_wll / new_wxl, range.lowest, range.highest);
        new_wxl = new_wxl + wx * proposed;
        new_wll = new_wll + w[i] * proposed * proposed;
        const auto better = new_wxl * new_wxl * wll > wxl * wxl * new_wll;
        const auto accepted =
            hn::And(hn::And(proposed != l, better), hn::And(possible, new_wll > zero()));
        codes.put(i, select(accepted, range.bytes ? low_byte(proposed) : proposed, l));
        wxl = select(accepted, new_wxl, wxl);
        wll = select(accepted, new_wll, wll);
        changed = hn::Or(changed, accepted);
    }

    HWY_INLINE FloatVec scale() const { return least_squares_scale(wxl, wll); }
};

/// Up to five passes over all codes, or until one changes nothing. The steps of a group wait for
/// each other: those of several groups, side by side, do not.
template <std::size_t kCount, std::size_t kGroups>
HWY_INLINE void descend(const CodeRange& range, Descent<kCount> (&groups)[kGroups]) {
    for (int pass = 0; pass < 5; ++pass) {
        for (auto& group : groups) {
            group.changed = no_lanes();
        }
        for (std::size_t i = 0; i < kCount; ++i) {
            for (auto& group : groups) {
                group.improve(i, range);
            }
        }
        auto any = no_lanes();
        for (auto& group : groups) {
            group.changing = group.changed;
            any = hn::Or(any, group.changing);
        }
        if (hn::AllFalse(kFloats, any)) {
            break;
        }
    }
}

/// As fit_signed, but the codes of the first inverse scale are improved one by one. Groups that
/// count as zeros get the codes -levels.
template <std::size_t kCount, std::size_t kGroups>
HWY_INLINE void fit_signed_by_descent(Descent<kCount> (&groups)[kGroups], int levels) {
    for (auto& group : groups) {
        const auto extreme = signed_extreme<kCount>(group.x);
        const auto something = hn::Abs(extreme) >= set(kNothing);
        const auto inverse = set(static_cast<float>(-levels)) / extreme;
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto l = nearest_code(inverse * group.x[i], -levels, levels - 1);
            group.codes.put(i, select(something, l, set(static_cast<float>(-levels))));
            group.add(i, l);
        }
        group.wxl = hn::IfThenElseZero(something, group.wxl);
        group.wll = hn::IfThenElseZero(something, group.wll);
    }
    descend({-levels, levels - 1, false}, groups);
}

/// x ≈ scale * l for x >= 0, l in 0 .. highest: inverse scales around highest / max x are tried,
/// then the codes of the best are improved one by one. Negative x, which come from weights that are
/// mostly 0, get the codes that ggml gives them: bytes of negative numbers.
template <std::size_t kCount>
HWY_INLINE void fit_positive(Descent<kCount> (&group)[1], int highest) {
    const FloatRows x = group->x;
    const FloatRows w = group->w;
    auto largest = zero();
    for (std::size_t i = 0; i < kCount; ++i) {
        largest = select(x[i] > largest, x[i], largest);
    }
    const auto something = largest >= set(kNothing);
    auto best_inverse = zero();
    auto best = zero();
    const auto try_inverse = [&](int tenths) HWY_ATTR {
        const float scaled = 0.1f * static_cast<float>(tenths) + static_cast<float>(highest);
        const auto inverse = set(scaled) / largest;
        const auto scale = set(1.0f) / inverse;
        auto error = zero();
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto l = nearest_code(inverse * x[i], kLowestCode, highest);
            const auto start = nearest_code(inverse * x[i], kLowestCode, kLargestCode);
            const auto difference = x[i] - scale * (tenths == 0 ? low_byte(start) : l);
            error = error + w[i] * difference * difference;
        }
        const auto better = tenths == 0 ? something : error < best;
        best_inverse = select(better, inverse, best_inverse);
        best = select(better, error, best);
    };
    try_inverse(0);
    for (int tenths = -4; tenths <= 4; ++tenths) {
        if (tenths != 0) {
            try_inverse(tenths);
        }
    }
    best_inverse = hn::IfThenElseZero(something, best_inverse);
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto l = nearest_code(best_inverse * x[i], kLowestCode, highest);
        group->codes.put(i, low_byte(l));
        group->add(i, l);
    }
    descend({kLowestCode, highest, true}, group);
}

/// x ≈ scale * l - minimum with l = nearest(inverse * (x - origin)) in 0 .. highest.
struct RangeFit {
    FloatVec scale;
    FloatVec minimum;
    FloatVec inverse;
    FloatVec origin;
};

HWY_INLINE FloatVec code(const RangeFit& fit, FloatVec x, int highest) {
    return nearest_code(fit.inverse * (x - fit.origin), 0, highest);
}

/// What fit_range tries: inverse scales (highest + first + t * step) / range for t = 0 .. last.
struct RangeSearch {
    int highest;
    float first;
    float step;
    int last;
};

/// The weighted error of a line: squares, or magnitudes where kAbsolute.
template <std::size_t kCount, bool kAbsolute, class Codes>
HWY_INLINE FloatVec line_error(FloatRows x, FloatRows w, const Codes& codes, FloatVec scale,
                               FloatVec lo) {
    auto error = zero();
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto difference = scale * codes[i] + lo - x[i];
        error = error + w[i] * (kAbsolute ? hn::Abs(difference) : difference * difference);
    }
    return error;
}

/// Codes of values between a minimum (at most 0) and the largest value, then the line through them
/// by weighted least squares, for several inverse scales. Whenever a line is better than all
/// before, its minimum is where the next codes are counted from.
template <std::size_t kCount, bool kAbsolute>
HWY_INLINE RangeFit fit_range(FloatRows x, FloatRows w, const RangeSearch& search) {
    auto lo = x[0];
    auto hi = x[0];
    auto sum_w = w[0];
    auto sum_wx = w[0] * x[0];
    for (std::size_t i = 1; i < kCount; ++i) {
        lo = select(x[i] < lo, x[i], lo);  // the first of zeros of both signs
        hi = hn::Max(hi, x[i]);
        sum_w = sum_w + w[i];
        sum_wx = sum_wx + w[i] * x[i];
    }
    lo = select(lo > zero(), zero(), lo);
    const auto constant = hi == lo;
    const auto highest = static_cast<float>(search.highest);

    FloatTile<kCount> codes;
    RangeFit fit{zero(), zero(), set(highest) / (hi - lo), lo};
    fit.scale = set(1.0f) / fit.inverse;
    for (std::size_t i = 0; i < kCount; ++i) {
        codes.put(i, code(fit, x[i], search.highest));
    }
    auto best = line_error<kCount, kAbsolute>(x, w, codes, fit.scale, lo);

    for (int t = 0; t <= search.last; ++t) {
        const auto inverse =
            set(search.first + search.step * static_cast<float>(t) + highest) / (hi - lo);
        auto wl = zero();
        auto wll = zero();
        auto wlx = zero();
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto l = nearest_code(inverse * (x[i] - lo), 0, search.highest);
            codes.put(i, l);
            wl = wl + w[i] * l;
            wll = wll + w[i] * l * l;
            wlx = wlx + w[i] * l * x[i];
        }
        const auto determinant = sum_w * wll - wl * wl;
        auto scale = (sum_w * wlx - sum_wx * wl) / determinant;
        auto offset = (wll * sum_wx - wl * wlx) / determinant;
        const auto above = offset > zero();
        scale = select(above, wlx / wll, scale);
        offset = hn::IfThenZeroElse(above, offset);
        const auto error = line_error<kCount, kAbsolute>(x, w, codes, scale, offset);
        const auto better = hn::And(determinant > zero(), error < best);
        best = select(better, error, best);
        fit.scale = select(better, scale, fit.scale);
        fit.inverse = select(better, inverse, fit.inverse);
        fit.origin = select(better, lo, fit.origin);
        lo = select(better, offset, lo);
    }
    fit.minimum = hn::Neg(lo);
    fit.scale = hn::IfThenZeroElse(constant, fit.scale);
    fit.inverse = hn::IfThenZeroElse(constant, fit.inverse);
    return fit;
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
