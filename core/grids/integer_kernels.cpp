#include "core/grids/integer_kernels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/integer_kernels.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// Shared by all targets: this file is included again for each.
#ifndef QL_CORE_GRIDS_INTEGER_KERNELS_ONCE
#define QL_CORE_GRIDS_INTEGER_KERNELS_ONCE
namespace ql {
namespace {

// 1.5 * 2^23: adding it leaves no room for a fraction, so the sum is rounded to an integer, to even
// on ties. Exact for magnitudes up to 2^22; what is larger stays far outside every code.
constexpr float kRounder = 12582912.0f;

ValueRange plain_range(const float* values, std::size_t count, ValueRange range) {
    for (std::size_t i = 0; i < count; ++i) {
        range.lo = std::min(range.lo, values[i]);
        range.hi = std::max(range.hi, values[i]);
    }
    return range;
}

void plain_codes(const float* values, std::size_t count, const GroupGrid& grid,
                 std::uint8_t* codes) {
    const auto zero = static_cast<float>(grid.zero);
    const auto lowest = static_cast<float>(grid.lowest);
    const auto largest = static_cast<float>(grid.largest);
    for (std::size_t i = 0; i < count; ++i) {
        const float rounded = (values[i] / grid.scale + kRounder) - kRounder;
        codes[i] = static_cast<std::uint8_t>(std::clamp(rounded + zero, lowest, largest));
    }
}

void plain_values(const std::uint8_t* codes, std::size_t count, float scale, int zero, float* out) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = scale * static_cast<float>(codes[i] - zero);
    }
}

}  // namespace
}  // namespace ql
#endif  // QL_CORE_GRIDS_INTEGER_KERNELS_ONCE

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

ValueRange range_vectors(const float* values, std::size_t count) {
    return plain_range(values, count, {});
}
void code_vectors(const float* values, std::size_t count, const GroupGrid& grid,
                  std::uint8_t* codes) {
    plain_codes(values, count, grid, codes);
}
void value_vectors(const std::uint8_t* codes, std::size_t count, float scale, int zero,
                   float* out) {
    plain_values(codes, count, scale, zero, out);
}

#else

namespace hn = hwy::HWY_NAMESPACE;

const hn::CappedTag<float, 16> kFloats;
using Floats = decltype(kFloats);
const hn::RebindToUnsigned<Floats> kWords;
const hn::RebindToSigned<Floats> kInts;
const hn::Rebind<std::uint8_t, Floats> kLaneBytes;

// Each of these leaves the values that do not fill a vector to the plain code.
ValueRange range_vectors(const float* values, std::size_t count) {
    const std::size_t lanes = hn::Lanes(kFloats);
    auto lo = hn::Zero(kFloats);
    auto hi = hn::Zero(kFloats);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto value = hn::LoadU(kFloats, values + i);
        lo = hn::Min(lo, value);
        hi = hn::Max(hi, value);
    }
    return plain_range(
        values + i, count - i,
        {hn::GetLane(hn::MinOfLanes(kFloats, lo)), hn::GetLane(hn::MaxOfLanes(kFloats, hi))});
}

void code_vectors(const float* values, std::size_t count, const GroupGrid& grid,
                  std::uint8_t* codes) {
    const std::size_t lanes = hn::Lanes(kFloats);
    const auto scale = hn::Set(kFloats, grid.scale);
    const auto zero = hn::Set(kFloats, static_cast<float>(grid.zero));
    const auto lowest = hn::Set(kFloats, static_cast<float>(grid.lowest));
    const auto largest = hn::Set(kFloats, static_cast<float>(grid.largest));
    const auto rounder = hn::Set(kFloats, kRounder);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto position = hn::Div(hn::LoadU(kFloats, values + i), scale);
        const auto rounded = hn::Sub(hn::Add(position, rounder), rounder);
        const auto code = hn::Min(hn::Max(hn::Add(rounded, zero), lowest), largest);
        const auto words = hn::BitCast(kWords, hn::ConvertTo(kInts, code));
        hn::StoreU(hn::TruncateTo(kLaneBytes, words), kLaneBytes, codes + i);
    }
    plain_codes(values + i, count - i, grid, codes + i);
}

void value_vectors(const std::uint8_t* codes, std::size_t count, float scale, int zero,
                   float* out) {
    const std::size_t lanes = hn::Lanes(kFloats);
    const auto scales = hn::Set(kFloats, scale);
    const auto zeros = hn::Set(kInts, zero);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        const auto code = hn::PromoteTo(kInts, hn::LoadU(kLaneBytes, codes + i));
        const auto value = hn::Mul(scales, hn::ConvertTo(kFloats, hn::Sub(code, zeros)));
        hn::StoreU(value, kFloats, out + i);
    }
    plain_values(codes + i, count - i, scale, zero, out + i);
}

#endif

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(range_vectors);
HWY_EXPORT(code_vectors);
HWY_EXPORT(value_vectors);

ValueRange range_with_zero(const float* values, std::size_t count) {
    return HWY_DYNAMIC_DISPATCH(range_vectors)(values, count);
}

void group_codes(const float* values, std::size_t count, const GroupGrid& grid,
                 std::uint8_t* codes) {
    HWY_DYNAMIC_DISPATCH(code_vectors)(values, count, grid, codes);
}

void group_values(const std::uint8_t* codes, std::size_t count, float scale, int zero, float* out) {
    HWY_DYNAMIC_DISPATCH(value_vectors)(codes, count, scale, zero, out);
}

}  // namespace ql
#endif  // HWY_ONCE
