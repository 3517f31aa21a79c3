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

/// scale = wxl / wll, or 0 where there is nothing to divide by.
HWY_INLINE FloatVec least_squares_scale(FloatVec wxl, FloatVec wll) {
    return hn::IfThenElseZero(wll > zero(), wxl / wll);
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
            tenths == 0 ? extreme == extreme : hn::And(wll > zero(), wxl * wxl > best * wll);
        // Not a number where squares are infinite: that must not pass for a scale of 0.
        const auto scale = hn::IfThenZeroElse(wll == zero(), wxl / wll);
        fit.scale = select(better, scale, fit.scale);
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

/// The sums that coordinate descent keeps up.
struct DescentSums {
    FloatVec wxl;
    FloatVec wll;
};

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

/// Improves the codes of a group, one after another and up to five times: each is set to the one
/// nearest to x over the scale that the others ask for, if that lowers the error.
template <std::size_t kCount>
HWY_INLINE DescentSums descend(FloatRows x, FloatRows w, const CodeRange& range,
                               FloatTile<kCount>& codes, DescentSums sums) {
    auto changing = sums.wxl == sums.wxl;
    for (int pass = 0; pass < 5; ++pass) {
        auto changed = zero() > zero();
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto l = codes[i];
            const auto wx = w[i] * x[i];
            auto wxl = sums.wxl - wx * l;
            auto wll = sums.wll - w[i] * l * l;
            auto possible = hn::And(changing, wxl > zero());
            if (range.bytes) {
                possible = hn::And(possible, wll > zero());
            }
            const auto proposed = nearest_code(x[i] * wll / wxl, range.lowest, range.highest);
            wxl = wxl + wx * proposed;
            wll = wll + w[i] * proposed * proposed;
            auto better = hn::And(proposed != l, wxl * wxl * sums.wll > sums.wxl * sums.wxl * wll);
            better = hn::And(hn::And(better, possible), wll > zero());
            codes.put(i, select(better, range.bytes ? low_byte(proposed) : proposed, l));
            sums.wxl = select(better, wxl, sums.wxl);
            sums.wll = select(better, wll, sums.wll);
            changed = hn::Or(changed, better);
        }
        changing = changed;
        if (hn::AllFalse(kFloats, changing)) {
            break;
        }
    }
    return sums;
}

/// As fit_signed, but the codes of the first inverse scale are improved one by one. Writes them to
/// `codes`, -levels in groups that count as zeros, and returns the scale.
template <std::size_t kCount>
HWY_INLINE FloatVec fit_signed_by_descent(FloatRows x, FloatRows w, int levels,
                                          FloatTile<kCount>& codes) {
    const auto extreme = signed_extreme<kCount>(x);
    const auto something = hn::Abs(extreme) >= set(kNothing);
    const auto inverse = set(static_cast<float>(-levels)) / extreme;
    DescentSums sums{zero(), zero()};
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto l = nearest_code(inverse * x[i], -levels, levels - 1);
        codes.put(i, select(something, l, set(static_cast<float>(-levels))));
        sums.wxl = sums.wxl + w[i] * x[i] * l;
        sums.wll = sums.wll + w[i] * l * l;
    }
    sums.wxl = hn::IfThenElseZero(something, sums.wxl);
    sums.wll = hn::IfThenElseZero(something, sums.wll);
    sums = descend<kCount>(x, w, {-levels, levels - 1, false}, codes, sums);
    return least_squares_scale(sums.wxl, sums.wll);
}

/// x ≈ scale * l for x >= 0, l in 0 .. highest: inverse scales around highest / max x are tried,
/// then the codes of the best are improved one by one. Writes the codes and returns the scale.
/// Negative x, which come from weights that are mostly 0, get the codes that ggml gives them: bytes
/// of negative numbers.
template <std::size_t kCount>
HWY_INLINE FloatVec fit_positive(FloatRows x, FloatRows w, int highest, FloatTile<kCount>& codes) {
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
    DescentSums sums{zero(), zero()};
    for (std::size_t i = 0; i < kCount; ++i) {
        const auto l = nearest_code(best_inverse * x[i], kLowestCode, highest);
        codes.put(i, low_byte(l));
        sums.wxl = sums.wxl + w[i] * x[i] * l;
        sums.wll = sums.wll + w[i] * l * l;
    }
    sums = descend<kCount>(x, w, {kLowestCode, highest, true}, codes, sums);
    return least_squares_scale(sums.wxl, sums.wll);
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
