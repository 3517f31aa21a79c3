#include "core/schemes/gptq/gptq_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/schemes/gptq/gptq_kernel.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ql::gptq::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

const hn::CappedTag<float, 16> kFloats;
using Floats = decltype(kFloats);
using FloatVec = hn::VFromD<Floats>;
const hn::RebindToUnsigned<Floats> kWords;
const hn::RebindToSigned<Floats> kInts;
const hn::Rebind<std::uint8_t, Floats> kBytes;

// Adding it leaves no room for a fraction, so the sum is rounded to an integer, to even on ties.
// Exact up to 2^22; what is larger stays far outside every code.
constexpr float kRounder = 12582912.0f;

/// A code and what it decodes to.
struct Rounded {
    FloatVec code;
    FloatVec value;
};

/// Levels that are the codes themselves, less a zero.
struct EvenLevels {
    FloatVec lowest;
    FloatVec largest;

    HWY_INLINE Rounded round(FloatVec w, FloatVec scale, FloatVec zero, FloatVec offset) const {
        const auto one = hn::Set(kFloats, 1.0f);
        const auto rounder = hn::Set(kFloats, kRounder);
        // Under a scale of 0 all codes mean the same.
        const auto divisor = hn::IfThenElse(hn::Eq(scale, hn::Zero(kFloats)), one, scale);
        const auto position = hn::Div(hn::Sub(w, offset), divisor);
        const auto whole = hn::Sub(hn::Add(position, rounder), rounder);
        const auto code = hn::Min(hn::Max(hn::Add(whole, zero), lowest), largest);
        return {code, hn::Add(hn::Mul(scale, hn::Sub(code, zero)), offset)};
    }
};

/// Levels from a table, in any order: the nearest, of equally near ones the first.
struct TableLevels {
    const float* table;
    int count;

    HWY_INLINE Rounded round(FloatVec w, FloatVec scale, FloatVec /*zero*/, FloatVec offset) const {
        Rounded best{hn::Zero(kFloats),
                     hn::Add(hn::Mul(scale, hn::Set(kFloats, table[0])), offset)};
        auto distance = hn::Abs(hn::Sub(w, best.value));
        for (int i = 1; i < count; ++i) {
            const auto value = hn::Add(hn::Mul(scale, hn::Set(kFloats, table[i])), offset);
            const auto other = hn::Abs(hn::Sub(w, value));
            const auto nearer = hn::Lt(other, distance);
            distance = hn::IfThenElse(nearer, other, distance);
            best.value = hn::IfThenElse(nearer, value, best.value);
            best.code = hn::IfThenElse(nearer, hn::Set(kFloats, static_cast<float>(i)), best.code);
        }
        return best;
    }
};

template <class Levels>
void round_with(const Levels& levels, const Strip& strip) {
    constexpr std::size_t kRows = kStripRows;
    const std::size_t lanes = hn::Lanes(kFloats);
    // The strip's own copy: neighbouring columns of a tile lie too far apart for the first-level
    // cache.
    HWY_ALIGN float work[static_cast<std::size_t>(kBlockColumns) * kRows];
    const auto columns = static_cast<std::size_t>(strip.columns);
    const auto stride = static_cast<std::size_t>(strip.stride);
    for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t row = 0; row < kRows; row += lanes) {
            hn::Store(hn::LoadU(kFloats, strip.weights + i * stride + row), kFloats,
                      work + i * kRows + row);
        }
    }
    for (std::size_t i = 0; i < columns; ++i) {
        const float* upper = strip.upper == nullptr
                                 ? nullptr
                                 : strip.upper + i * static_cast<std::size_t>(strip.factor_stride);
        const float* correction =
            strip.correction == nullptr
                ? nullptr
                : strip.correction + i * static_cast<std::size_t>(strip.factor_stride);
        const auto diagonal = hn::Set(kFloats, upper == nullptr ? 1.0f : upper[i]);
        const TileParameters& of = strip.parameters[i];
        for (std::size_t row = 0; row < kRows; row += lanes) {
            const auto w = hn::Load(kFloats, work + i * kRows + row);
            const Rounded rounded = levels.round(w, hn::LoadU(kFloats, of.scale + row),
                                                 hn::LoadU(kFloats, of.zero + row),
                                                 hn::LoadU(kFloats, of.offset + row));
            const auto error = hn::Div(hn::Sub(w, rounded.value), diagonal);
            hn::StoreU(error, kFloats, strip.errors + i * stride + row);
            const auto words = hn::BitCast(kWords, hn::ConvertTo(kInts, rounded.code));
            hn::StoreU(hn::TruncateTo(kBytes, words), kBytes, strip.codes + i * stride + row);
            if (upper == nullptr) {
                continue;
            }
            for (std::size_t j = i + 1; j < columns; ++j) {
                float* at = work + j * kRows + row;
                const auto passed = hn::Mul(error, hn::Set(kFloats, upper[j]));
                hn::Store(hn::Sub(hn::Load(kFloats, at), passed), kFloats, at);
            }
            if (correction == nullptr) {
                continue;
            }
            hn::StoreU(w, kFloats, strip.weights + i * stride + row);
            for (std::size_t j = i + 1; j < columns; ++j) {
                float* at = work + j * kRows + row;
                const auto lost = hn::Mul(w, hn::Set(kFloats, correction[j]));
                hn::Store(hn::Sub(hn::Load(kFloats, at), lost), kFloats, at);
            }
        }
    }
}

void round_strip(const SpanShape& shape, const Strip& strip) {
    if (shape.table != nullptr) {
        round_with(TableLevels{shape.table, shape.largest_code + 1}, strip);
    } else {
        round_with(EvenLevels{hn::Set(kFloats, static_cast<float>(shape.lowest_code)),
                              hn::Set(kFloats, static_cast<float>(shape.largest_code))},
                   strip);
    }
}

}  // namespace ql::gptq::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql::gptq {

HWY_EXPORT(round_strip);

void round_strip(const SpanShape& shape, const Strip& strip) {
    HWY_DYNAMIC_DISPATCH(round_strip)(shape, strip);
}

}  // namespace ql::gptq
#endif  // HWY_ONCE
