#include "core/tensor/half_kernels.h"

#include <cstring>

#include "core/tensor/convert.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/tensor/half_kernels.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/tensor/half_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

// Without vectors nothing is done here: all values are left over for the scalar functions.
std::size_t widen_half_vectors(const std::uint8_t*, std::size_t, float*) { return 0; }
std::size_t narrow_half_vectors(const float*, std::size_t, std::uint8_t*) { return 0; }
std::size_t widen_bf16_vectors(const std::uint8_t*, std::size_t, float*) { return 0; }
std::size_t narrow_bf16_vectors(const float*, std::size_t, std::uint8_t*) { return 0; }

#else

const hn::ScalableTag<float> kFloats;
using Floats = decltype(kFloats);
using Words = hn::RebindToUnsigned<Floats>;        // 32-bit lanes
using Halves = hn::Rebind<std::uint16_t, Floats>;  // as many 16-bit lanes
using HalfBytes = hn::Repartition<std::uint8_t, Halves>;

// 16-bit values may stand at any address, so they are moved as bytes.
HWY_INLINE hn::VFromD<Words> load_halves(const std::uint8_t* src) {
    return hn::PromoteTo(Words(), hn::BitCast(Halves(), hn::LoadU(HalfBytes(), src)));
}

HWY_INLINE void store_halves(hn::VFromD<Words> bits, std::uint8_t* out) {
    const auto packed = hn::DemoteTo(Halves(), hn::BitCast(hn::RebindToSigned<Words>(), bits));
    hn::StoreU(hn::BitCast(HalfBytes(), packed), HalfBytes(), out);
}

template <class Convert>
HWY_INLINE std::size_t widen_all(const std::uint8_t* src, std::size_t count, float* out,
                                 const Convert& convert) {
    const std::size_t lanes = hn::Lanes(kFloats);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        hn::StoreU(convert(load_halves(src + 2 * i)), kFloats, out + i);
    }
    return i;
}

template <class Convert>
HWY_INLINE std::size_t narrow_all(const float* src, std::size_t count, std::uint8_t* out,
                                  const Convert& convert) {
    const std::size_t lanes = hn::Lanes(kFloats);
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        store_halves(convert(hn::LoadU(kFloats, src + i)), out + 2 * i);
    }
    return i;
}

// Each of these returns how many values it did; the few that do not fill a vector are left over.
std::size_t widen_half_vectors(const std::uint8_t* src, std::size_t count, float* out) {
    return widen_all(src, count, out,
                     [](auto bits) HWY_ATTR { return half_bits_to_float(kFloats, bits); });
}

std::size_t narrow_half_vectors(const float* src, std::size_t count, std::uint8_t* out) {
    return narrow_all(src, count, out,
                      [](auto value) HWY_ATTR { return float_to_half_bits(kFloats, value); });
}

std::size_t widen_bf16_vectors(const std::uint8_t* src, std::size_t count, float* out) {
    return widen_all(src, count, out, [](auto bits) HWY_ATTR {
        return hn::BitCast(kFloats, hn::ShiftLeft<16>(bits));
    });
}

std::size_t narrow_bf16_vectors(const float* src, std::size_t count, std::uint8_t* out) {
    return narrow_all(src, count, out, [](auto value) HWY_ATTR {
        const Words words;
        const auto bits = hn::BitCast(words, value);
        const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1u));
        const auto rounded = hn::Add(hn::Add(bits, hn::Set(words, 0x7FFFu)), odd);
        const auto quiet_nan = hn::Or(bits, hn::Set(words, 0x00400000u));
        const auto is_nan = hn::RebindMask(words, hn::IsNaN(value));
        return hn::ShiftRight<16>(hn::IfThenElse(is_nan, quiet_nan, rounded));
    });
}

#endif

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

namespace {
HWY_EXPORT(widen_half_vectors);
HWY_EXPORT(narrow_half_vectors);
HWY_EXPORT(widen_bf16_vectors);
HWY_EXPORT(narrow_bf16_vectors);

std::uint16_t load_u16(const std::uint8_t* src) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, src, sizeof bits);
    return bits;
}

void store_u16(std::uint16_t bits, std::uint8_t* out) { std::memcpy(out, &bits, sizeof bits); }
}  // namespace

void widen_half(const void* src, std::size_t count, float* out) {
    const auto* bytes = static_cast<const std::uint8_t*>(src);
    for (std::size_t i = HWY_DYNAMIC_DISPATCH(widen_half_vectors)(bytes, count, out); i < count;
         ++i) {
        out[i] = half_to_float(load_u16(bytes + 2 * i));
    }
}

void narrow_half(const float* src, std::size_t count, void* out) {
    auto* bytes = static_cast<std::uint8_t*>(out);
    for (std::size_t i = HWY_DYNAMIC_DISPATCH(narrow_half_vectors)(src, count, bytes); i < count;
         ++i) {
        store_u16(float_to_half(src[i]), bytes + 2 * i);
    }
}

void widen_bf16(const void* src, std::size_t count, float* out) {
    const auto* bytes = static_cast<const std::uint8_t*>(src);
    for (std::size_t i = HWY_DYNAMIC_DISPATCH(widen_bf16_vectors)(bytes, count, out); i < count;
         ++i) {
        out[i] = bf16_to_float(load_u16(bytes + 2 * i));
    }
}

void narrow_bf16(const float* src, std::size_t count, void* out) {
    auto* bytes = static_cast<std::uint8_t*>(out);
    for (std::size_t i = HWY_DYNAMIC_DISPATCH(narrow_bf16_vectors)(src, count, bytes); i < count;
         ++i) {
        store_u16(float_to_bf16(src[i]), bytes + 2 * i);
    }
}

}  // namespace ql
#endif  // HWY_ONCE
