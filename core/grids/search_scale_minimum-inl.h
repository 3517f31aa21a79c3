// The search of formats that store a half-precision scale and minimum for 32 values: value =
// scale * code + minimum, codes 0..kLargest. For inclusion by kernels that are compiled once for
// every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#undef QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_SCALE_MINIMUM_INL_H_
#endif

#include <span>

#include "core/grids/search_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

// How far the ends of the codes are moved into the range of the values, in steps of the whole
// range: every pair of two such ends is a candidate.
constexpr float kShifts[] = {-0.5f, -0.2f, 0.1f, 0.4f, 0.7f, 1.0f, 1.4f, 1.8f, 2.3f};
constexpr float kWeightedShifts[] = {-0.4f, 0.0f, 0.4f, 0.8f, 1.2f, 1.7f,
                                     2.3f,  3.0f, 4.0f, 5.5f, 7.0f};

template <int kLargest>
class ScaleMinimumSearch {
  public:
    static constexpr std::size_t kCount = 32;

    HWY_INLINE ScaleMinimumSearch(SearchTile<kCount>& tile, bool weighted) : tile_(tile) {
        centre();
        best_error_ = set(3.0e38f);
        best_scale_ = zero();
        best_minimum_ = zero();
        const std::span<const float> shifts =
            weighted ? std::span<const float>(kWeightedShifts) : std::span<const float>(kShifts);
        const Range range = weighted_range();
        for (const float shift : shifts) {
            refine(best_with_low_end(range, shift, shifts));
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

    HWY_INLINE Line best_with_low_end(const Range& range, float low_shift,
                                      std::span<const float> shifts) const {
        Sums best{zero(), zero(), zero()};
        auto best_gain = zero();
        auto best_divisor = set(1.0f);
        const auto low = hn::Add(range.low, hn::Mul(range.step, set(low_shift)));
        Line line{range.step, low};
        for (const float high_shift : shifts) {
            const float steps = (kLargest - low_shift - high_shift) / kLargest;
            if (steps <= 0) {
                continue;
            }
            const auto now = sums({hn::Mul(range.step, set(steps)), low});
            const auto gain = hn::Mul(now.products, now.products);
            const auto divisor = determinant(now);
            const auto better = hn::Gt(hn::Mul(gain, best_divisor), hn::Mul(best_gain, divisor));
            best.codes = hn::IfThenElse(better, now.codes, best.codes);
            best.squares = hn::IfThenElse(better, now.squares, best.squares);
            best.products = hn::IfThenElse(better, now.products, best.products);
            best_gain = hn::IfThenElse(better, gain, best_gain);
            best_divisor = hn::IfThenElse(better, divisor, best_divisor);
        }
        return fit(best, line);
    }

    // Codes and line are fitted to each other; then, for the minima in half precision around, codes
    // and scale.
    HWY_INLINE void refine(Line line) {
        for (int i = 0; i < 2; ++i) {
            line = fit(sums(line), line);
        }
        const HalfSteps minimum(stored_minimum(line.minimum));
        for (int steps = -1; steps <= 1; ++steps) {
            Line stored = line;
            stored.minimum = minimum_of(minimum.bits(steps));
            for (int i = 0; i < 1; ++i) {
                stored.scale = fit_scale(stored);
            }
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
