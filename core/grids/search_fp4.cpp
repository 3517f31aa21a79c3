#include "core/grids/search_blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/search_fp4.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/search_run-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

// The level of kFp4Values nearest to a position: steps of 1 up to 4, of 2 up to 8, then of 4.
HWY_INLINE FloatVec nearest_fp4(FloatVec position) {
    const auto magnitude = hn::Min(hn::Abs(position), set(12.0f));
    auto magic = set(12582912.0f);
    magic = hn::IfThenElse(hn::Gt(magnitude, set(4.0f)), set(2 * 12582912.0f), magic);
    magic = hn::IfThenElse(hn::Gt(magnitude, set(8.0f)), set(4 * 12582912.0f), magic);
    return hn::CopySign(hn::Sub(hn::Add(magnitude, magic), magic), position);
}

// Codes 0..7 of the magnitudes 0 1 2 3 4 6 8 12, and 8 more for negative levels.
HWY_INLINE IntVec fp4_code(FloatVec level) {
    const auto magnitude = hn::Abs(level);
    auto code = hn::Min(magnitude, set(4.0f));
    for (const float beyond : {5.0f, 7.0f, 10.0f}) {
        code = hn::Add(code, hn::IfThenElseZero(hn::Gt(magnitude, set(beyond)), set(1.0f)));
    }
    code = hn::Add(code, hn::IfThenElseZero(hn::Lt(level, zero()), set(8.0f)));
    return hn::ConvertTo(kInts, code);
}

// Scales of MXFP4: powers of two, one for each byte. Tried are the bytes around the first one, with
// which the largest value is at position 12 or beyond, but below the position of the next byte.
struct PowersOfTwo {
    static constexpr std::size_t kCount = 32;
    static constexpr int kLargest = 254;
    static constexpr int kFewer = -2;  // how many bytes below the first one are tried
    static constexpr int kWeightedFewer = -12;
    static constexpr int kMore = 3;

    static HWY_INLINE FloatVec scale(IntVec byte, FloatVec shrink) {
        // 2^(byte - 128) * shrink, by their exponents: the first may be too small for a float.
        const auto exponent = hn::Add(
            byte, hn::Sub(hn::ShiftRight<23>(hn::BitCast(kInts, shrink)), hn::Set(kInts, 128)));
        const auto bounded = hn::Min(hn::Max(exponent, hn::Set(kInts, 1)), hn::Set(kInts, 254));
        return hn::BitCast(kFloats, hn::ShiftLeft<23>(bounded));
    }
    static HWY_INLINE IntVec first_byte(FloatVec scale, FloatVec shrink) {
        const auto exponent = hn::ShiftRight<23>(hn::BitCast(kInts, scale));
        return hn::Add(
            exponent, hn::Sub(hn::Set(kInts, 128), hn::ShiftRight<23>(hn::BitCast(kInts, shrink))));
    }
};

// Scales of NVFP4: half of an E4M3 number.
struct Minifloats {
    static constexpr std::size_t kCount = 16;
    static constexpr int kLargest = 126;
    static constexpr int kFewer = -16;
    static constexpr int kWeightedFewer = -40;
    static constexpr int kMore = 24;
    static constexpr int kBias = 119 << 3;  // from the exponent of a float to that of a byte

    static HWY_INLINE FloatVec scale(IntVec byte, FloatVec shrink) {
        const auto normal =
            hn::BitCast(kFloats, hn::ShiftLeft<20>(hn::Add(byte, hn::Set(kInts, kBias))));
        const auto subnormal = hn::Mul(hn::ConvertTo(kFloats, byte), set(0x1p-10f));
        const auto is_subnormal = hn::RebindMask(kFloats, hn::Lt(byte, hn::Set(kInts, 8)));
        return hn::Mul(hn::IfThenElse(is_subnormal, subnormal, normal), shrink);
    }
    static HWY_INLINE IntVec first_byte(FloatVec scale, FloatVec shrink) {
        const auto stored = hn::Div(scale, shrink);
        return hn::Sub(hn::ShiftRight<20>(hn::BitCast(kInts, stored)), hn::Set(kInts, kBias));
    }
};

/// Tries all scales around the one that the largest value suggests.
template <class Scales, bool kWeighted>
class Fp4Search {
  public:
    static constexpr std::size_t kCount = Scales::kCount;
    using Tile = SearchTile<kCount, kWeighted>;

    HWY_INLINE explicit Fp4Search(const Tile& tile) : tile_(tile) {
        best_byte_ = hn::Zero(kInts);
        best_error_ = set(3.0e38f);
        const auto first = Scales::first_byte(hn::Mul(extreme(), set(1.0f / 12)), tile.shrink);
        constexpr int kFewer = kWeighted ? Scales::kWeightedFewer : Scales::kFewer;
        for (int more = kFewer; more <= Scales::kMore; ++more) {
            const auto byte = hn::Add(first, hn::Set(kInts, more));
            consider(hn::Min(hn::Max(byte, hn::Zero(kInts)), hn::Set(kInts, Scales::kLargest)));
        }
    }

    HWY_INLINE WordVec scale_bits() const { return hn::BitCast(kWords, best_byte_); }
    HWY_INLINE IntVec code(std::size_t j) const {
        const auto inverse = reciprocal(Scales::scale(best_byte_, tile_.shrink));
        return fp4_code(nearest_fp4(hn::Mul(tile_.values[j], inverse)));
    }

  private:
    HWY_INLINE FloatVec extreme() const {
        auto largest = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            largest = hn::Max(largest, hn::Abs(tile_.counted(j)));
        }
        return largest;
    }

    HWY_INLINE void consider(IntVec byte) {
        const auto scale = Scales::scale(byte, tile_.shrink);
        const auto inverse = reciprocal(scale);
        auto sum = zero();
        for (std::size_t j = 0; j < kCount; ++j) {
            const auto value = tile_.values[j];
            const auto level = nearest_fp4(hn::Mul(value, inverse));
            const auto rest = hn::Sub(value, hn::Mul(scale, level));
            sum = hn::Add(sum, tile_.weigh(j, hn::Mul(rest, rest)));
        }
        const auto better = hn::Lt(sum, best_error_);
        best_error_ = hn::IfThenElse(better, sum, best_error_);
        best_byte_ = hn::IfThenElse(hn::RebindMask(kInts, better), byte, best_byte_);
    }

    const Tile& tile_;
    FloatVec best_error_;
    IntVec best_byte_;
};

void search_fp4_all(DType dtype, const BlockRun& run) {
    if (dtype == DType::mxfp4) {
        search_run<Fp4Search<PowersOfTwo, false>, Fp4Search<PowersOfTwo, true>>(dtype, run);
    } else {
        search_run<Fp4Search<Minifloats, false>, Fp4Search<Minifloats, true>>(dtype, run);
    }
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(search_fp4_all);

void search_fp4(DType dtype, const BlockRun& run) {
    HWY_DYNAMIC_DISPATCH(search_fp4_all)(dtype, run);
}

}  // namespace ql
#endif  // HWY_ONCE
