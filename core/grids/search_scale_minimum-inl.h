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
/// kLargest: these shifts for either end, of which a pair may add up to `least` to `most`. Where
/// values have weights, a shift inwards is counted in the steps that a value of mean weight is
/// clipped by.
struct EndShifts {
    static constexpr std::size_t kMost = 12;
    float shifts[kMost];
    std::size_t count;
    float least;
    float most;
};

template <int kLargest, bool kWeighted>
class ScaleMinimumSearch {
  public:
    static constexpr std::size_t kCount = 32;
    using Tile = SearchTile<kCount, kWeighted>;

    HWY_INLINE explicit ScaleMinimumSearch(Tile& tile) : tile_(tile) {
        centre();
        best_error_ = set(3.0e38f);
        best_scale_ = zero();
        best_minimum_ = zero();
        find_ends();
        Starts starts;
        collect(starts);
        for (const Line& line : starts.lines) {
            refine(line);
        }
        try_neighbours();
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
    static constexpr std::size_t kStarts = 6;
    static constexpr EndShifts kPlainShifts =
        kLargest == 15
            ? EndShifts{{-0.9f, -0.5f, -0.2f, 0.1f, 0.4f, 0.7f, 1.0f}, 7, -1.3f, 1.5f}
            : EndShifts{{-2.0f, -1.4f, -0.9f, -0.5f, -0.2f, 0.1f, 0.4f, 0.7f}, 8, -2.5f, 0.9f};
    static constexpr EndShifts kWeightedShifts =
        kLargest == 15
            ? EndShifts{{-1.6f, -1.0f, -0.5f, -0.1f, 0.15f, 0.35f, 0.6f}, 7, -3.0f, 0.8f}
            : EndShifts{{-3.0f, -2.1f, -1.3f, -0.7f, -0.2f, 0.15f, 0.4f}, 7, -6.0f, 0.6f};
    static constexpr EndShifts kShifts = kWeighted ? kWeightedShifts : kPlainShifts;

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
            weight_ = hn::Add(weight_, tile_.weigh(j, set(1.0f)));
            sum = hn::Add(sum, tile_.weigh(j, tile_.values[j]));
        }
        mean_ = hn::Div(sum, weight_);
        for (std::size_t j = 0; j < kCount; ++j) {
            tile_.values.put(j, hn::Sub(tile_.values[j], mean_));
        }
    }

    // Where the first and the last code may lie. Inwards, an end moves past values of little weight
    // further than past others: clipping them costs as little.
    HWY_INLINE void find_ends() {
        auto low = zero();
        auto high = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            low = hn::Min(low, tile_.counted(j));
            high = hn::Max(high, tile_.counted(j));
        }
        const auto step = hn::Mul(hn::Sub(high, low), set(1.0f / kLargest));
        FloatTile<kWeighted ? kCount : 0> room;
        if constexpr (kWeighted) {
            const auto mean_weight = hn::Mul(weight_, set(1.0f / kCount));
            for (std::size_t j = 0; j < kCount; ++j) {
                room.put(j, hn::Mul(step, hn::Sqrt(hn::Div(mean_weight, tile_.weights[j]))));
            }
        }
        for (std::size_t i = 0; i < kShifts.count; ++i) {
            const auto by = set(kShifts.shifts[i]);
            if (kWeighted && kShifts.shifts[i] > 0) {
                auto first = high;
                auto last = low;
                for (std::size_t j = 0; j < kCount; ++j) {
                    const auto moved = hn::Mul(room[j], by);
                    first = hn::Min(first, hn::Add(tile_.values[j], moved));
                    last = hn::Max(last, hn::Sub(tile_.values[j], moved));
                }
                first_.put(i, first);
                last_.put(i, last);
            } else {
                first_.put(i, hn::Add(low, hn::Mul(step, by)));
                last_.put(i, hn::Sub(high, hn::Mul(step, by)));
            }
        }
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
            const auto weighted = tile_.weigh(j, code);
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
        static constexpr std::size_t kCount = kStarts;
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

    HWY_INLINE void collect(Starts& starts) const {
        for (std::size_t low = 0; low < kShifts.count; ++low) {
            for (std::size_t high = 0; high < kShifts.count; ++high) {
                const float sum = kShifts.shifts[low] + kShifts.shifts[high];
                if (sum < kShifts.least || sum > kShifts.most) {
                    continue;
                }
                const auto minimum = first_[low];
                const auto range = hn::Sub(last_[high], minimum);
                const Line line{hn::Mul(range, set(1.0f / kLargest)), minimum};
                const auto now = sums(line);
                const auto divisor = determinant(now);
                const auto taken = hn::Div(hn::Mul(now.products, now.products), divisor);
                const auto gain = hn::IfThenElseZero(hn::Gt(divisor, zero()), taken);
                if (!hn::AllFalse(kFloats, hn::Gt(gain, starts.gains[Starts::kCount - 1]))) {
                    starts.insert(gain, fit(now, line));
                }
            }
        }
    }

    // Codes and line are fitted to each other; then the scale to the stored minimum.
    HWY_INLINE void refine(Line line) {
        Sums now{};
        for (int i = 0; i < kRefits; ++i) {
            now = sums(line);
            line = fit(now, line);
        }
        consider(line, now, HalfSteps(stored_minimum(line.minimum)).bits(0));
    }

    HWY_INLINE void try_neighbours() {
        const Line best{best_scale_, best_minimum_};
        const HalfSteps minimum(stored_minimum(best.minimum));
        for (const int steps : {-1, 1}) {
            Line near = best;
            near.minimum = minimum_of(minimum.bits(steps));
            consider(near, sums(near), minimum.bits(steps));
        }
    }

    // The best scale for a stored minimum and for the codes of which these are the sums.
    HWY_INLINE void consider(const Line& line, const Sums& now, WordVec minimum_bits) {
        const auto minimum = minimum_of(minimum_bits);
        const auto product = hn::Sub(now.products, hn::Mul(minimum, now.codes));
        const auto usable = hn::Gt(now.squares, zero());
        const auto scale = hn::IfThenElse(usable, hn::Div(product, now.squares), line.scale);
        keep_better({scale_of(HalfSteps(stored_scale(scale)).bits(0)), minimum});
    }

    HWY_INLINE void keep_better(const Line& line) {
        auto sum = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto decoded = hn::Mul(line.scale, nearest(line, j));
            const auto rest = hn::Sub(hn::Sub(tile_.values[j], line.minimum), decoded);
            sum = hn::Add(sum, tile_.weigh(j, hn::Mul(rest, rest)));
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

    Tile& tile_;
    FloatTile<EndShifts::kMost> first_;
    FloatTile<EndShifts::kMost> last_;
    FloatVec weight_;
    FloatVec mean_;
    FloatVec best_error_;
    FloatVec best_scale_;
    FloatVec best_minimum_;
};

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
