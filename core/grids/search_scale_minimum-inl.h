// The search of formats that store a half-precision scale and minimum for 32 values: value =
// scale * code + minimum, codes 0..kLargest. For inclusion by kernels that are compiled once for
// every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#undef QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#endif

#include "core/grids/search_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// How far the ends of the codes are moved into the range of the values, in steps of that range /
/// kLargest: from `first` on, `count` shifts for either end, of which a pair may add up to `least`
/// to `most`.
struct EndShifts {
    float first;
    float step;
    int count;
    float least;
    float most;
};

template <int kLargest>
class ScaleMinimumSearch {
  public:
    static constexpr std::size_t kCount = 32;

    HWY_INLINE ScaleMinimumSearch(SearchTile<kCount>& tile, bool weighted) : tile_(tile) {
        centre();
        best_error_ = set(3.0e38f);
        best_scale_ = zero();
        best_minimum_ = zero();
        Starts starts;
        collect(weighted ? kWeightedShifts : kShifts, starts);
        for (const Line& line : starts.lines) {
            refine(line);
        }
    }

    HWY_INLINE WordVec scale_bits() const { return HalfSteps(stored_scale(best_scale_)).bits(0); }
    HWY_INLINE WordVec minimum_bits() const {
        return HalfSteps(stored_minimum(best_minimum_)).bits(0);
    }
    HWY_INLINE IntVec code(std::size_t j) const {
        return hn::ConvertTo(kInts, nearest({best_scale_, best_minimum_}, j));
    }

  private:
    static constexpr int kRefits = 2;
    static constexpr EndShifts kShifts = kLargest == 15 ? EndShifts{-1.5f, 0.35f, 12, -2.2f, 2.0f}
                                                        : EndShifts{-2.8f, 0.4f, 14, -4.0f, 2.5f};
    static constexpr EndShifts kWeightedShifts = kLargest == 15
                                                     ? EndShifts{-1.5f, 0.4f, 14, -2.2f, 4.0f}
                                                     : EndShifts{-2.8f, 0.6f, 14, -5.0f, 5.0f};

    struct Range {
        FloatVec low;
        FloatVec step;
    };

    // value = scale * code + minimum.
    struct Line {
        FloatVec scale;
        FloatVec minimum;
    };

    // Weighted sums of codes, of their squares, and of their products with the values.
    struct Sums {
        FloatVec codes;
        FloatVec squares;
        FloatVec products;
    };

    // From here on the values are relative to their weighted mean: sums then stay as small as the
    // range of the values allows, and that of the values themselves is zero.
    HWY_INLINE void centre() {
        auto sum = zero();
        weight_ = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            weight_ = hn::Add(weight_, tile_.weights[j]);
            sum = hn::Add(sum, hn::Mul(tile_.weights[j], tile_.values[j]));
        }
        mean_ = hn::Div(sum, weight_);
        for (std::size_t j = 0; j < kCount; ++j) {
            tile_.values.put(j, hn::Sub(tile_.values[j], mean_));
        }
    }

    HWY_INLINE Range weighted_range() const {
        auto low = zero();
        auto high = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto counts = hn::Gt(tile_.weights[j], zero());
            low = hn::IfThenElse(counts, hn::Min(low, tile_.values[j]), low);
            high = hn::IfThenElse(counts, hn::Max(high, tile_.values[j]), high);
        }
        return {low, hn::Mul(hn::Sub(high, low), set(1.0f / kLargest))};
    }

    HWY_INLINE FloatVec nearest(const Line& line, std::size_t j) const {
        const auto position =
            hn::Mul(hn::Sub(tile_.values[j], line.minimum), reciprocal(line.scale));
        return round_even(clamp(position, 0, kLargest));
    }

    HWY_INLINE Sums sums(const Line& line) const {
        Sums sums{zero(), zero(), zero()};
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto code = nearest(line, j);
            const auto weighted = hn::Mul(tile_.weights[j], code);
            sums.codes = hn::Add(sums.codes, weighted);
            sums.squares = hn::Add(sums.squares, hn::Mul(weighted, code));
            sums.products = hn::Add(sums.products, hn::Mul(weighted, tile_.values[j]));
        }
        return sums;
    }

    // The determinant of the least squares fit of a line: products^2 * weight / determinant is what
    // the line takes from the squared error.
    HWY_INLINE FloatVec determinant(const Sums& sums) const {
        return hn::Sub(hn::Mul(weight_, sums.squares), hn::Mul(sums.codes, sums.codes));
    }

    HWY_INLINE Line fit(const Sums& sums, const Line& otherwise) const {
        const auto divisor = determinant(sums);
        const auto factor = hn::Div(sums.products, divisor);
        const auto usable = hn::Gt(divisor, zero());
        return {hn::IfThenElse(usable, hn::Mul(weight_, factor), otherwise.scale),
                hn::IfThenElse(usable, hn::Neg(hn::Mul(sums.codes, factor)), otherwise.minimum)};
    }

    // The best lines so far, the best first, and what they take from the squared error.
    struct Starts {
        static constexpr std::size_t kCount = 4;
        FloatVec gains[kCount];
        Line lines[kCount];

        HWY_INLINE Starts() {
            for (std::size_t i = 0; i < kCount; ++i) {
                gains[i] = zero();
                lines[i] = {zero(), zero()};
            }
        }
        HWY_INLINE void insert(FloatVec gain, Line line) {
            for (std::size_t i = 0; i < kCount; ++i) {
                const auto better = hn::Gt(gain, gains[i]);
                exchange(better, gain, gains[i]);
                exchange(better, line.scale, lines[i].scale);
                exchange(better, line.minimum, lines[i].minimum);
            }
        }
    };

    static HWY_INLINE void exchange(FloatMask which, FloatVec& a, FloatVec& b) {
        const auto was = a;
        a = hn::IfThenElse(which, b, a);
        b = hn::IfThenElse(which, was, b);
    }

    HWY_INLINE void collect(const EndShifts& shifts, Starts& starts) const {
        const Range range = weighted_range();
        for (int low = 0; low < shifts.count; ++low) {
            const float low_shift = shifts.first + shifts.step * static_cast<float>(low);
            const auto minimum = hn::Add(range.low, hn::Mul(range.step, set(low_shift)));
            for (int high = 0; high < shifts.count; ++high) {
                const float shift =
                    low_shift + shifts.first + shifts.step * static_cast<float>(high);
                if (shift < shifts.least || shift > shifts.most) {
                    continue;
                }
                const auto scale = hn::Mul(range.step, set((kLargest - shift) / kLargest));
                const Line line{scale, minimum};
                const auto now = sums(line);
                const auto divisor = determinant(now);
                const auto gain = hn::Div(hn::Mul(now.products, now.products), divisor);
                starts.insert(hn::IfThenElseZero(hn::Gt(divisor, zero()), gain), fit(now, line));
            }
        }
    }

    // Codes and line are fitted to each other; then, for the minima in half precision around, codes
    // and scale.
    HWY_INLINE void refine(Line line) {
        for (int i = 0; i < kRefits; ++i) {
            line = fit(sums(line), line);
        }
        const HalfSteps minimum(stored_minimum(line.minimum));
        for (int steps = -1; steps <= 1; ++steps) {
            Line stored = line;
            stored.minimum = minimum_of(minimum.bits(steps));
            stored.scale = fit_scale(stored);
            stored.scale = scale_of(HalfSteps(stored_scale(stored.scale)).bits(0));
            consider(stored);
        }
    }

    // The best scale for the minimum and the codes of a line.
    HWY_INLINE FloatVec fit_scale(const Line& line) const {
        const auto now = sums(line);
        const auto product = hn::Sub(now.products, hn::Mul(line.minimum, now.codes));
        const auto usable = hn::Gt(now.squares, zero());
        return hn::IfThenElse(usable, hn::Div(product, now.squares), line.scale);
    }

    HWY_INLINE void consider(const Line& line) {
        auto sum = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto decoded = hn::Mul(line.scale, nearest(line, j));
            const auto rest = hn::Sub(hn::Sub(tile_.values[j], line.minimum), decoded);
            sum = hn::Add(sum, hn::Mul(tile_.weights[j], hn::Mul(rest, rest)));
        }
        const auto better = hn::Lt(sum, best_error_);
        best_error_ = hn::IfThenElse(better, sum, best_error_);
        best_scale_ = hn::IfThenElse(better, line.scale, best_scale_);
        best_minimum_ = hn::IfThenElse(better, line.minimum, best_minimum_);
    }

    // From scales and minima of the tile to those of the file, and back.
    HWY_INLINE FloatVec stored_scale(FloatVec scale) const { return hn::Mul(scale, tile_.grow); }
    HWY_INLINE FloatVec stored_minimum(FloatVec minimum) const {
        return hn::Mul(hn::Add(minimum, mean_), tile_.grow);
    }
    HWY_INLINE FloatVec scale_of(WordVec bits) const {
        return hn::Mul(half_bits_to_float(kFloats, bits), tile_.shrink);
    }
    HWY_INLINE FloatVec minimum_of(WordVec bits) const {
        return hn::Sub(hn::Mul(half_bits_to_float(kFloats, bits), tile_.shrink), mean_);
    }

    SearchTile<kCount>& tile_;
    FloatVec weight_;
    FloatVec mean_;
    FloatVec best_error_;
    FloatVec best_scale_;
    FloatVec best_minimum_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
