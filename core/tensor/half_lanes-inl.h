// Conversions of vectors of half precision, for inclusion by kernels that are compiled once for
// every SIMD target (Highway's foreach_target). Highway's own DemoteTo truncates on some targets,
// and its PromoteTo does not agree on NaN everywhere: here every target computes the same bits as
// the scalar functions of convert.h.
#if defined(QL_CORE_TENSOR_HALF_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_TENSOR_HALF_LANES_INL_H_
#undef QL_CORE_TENSOR_HALF_LANES_INL_H_
#else
#define QL_CORE_TENSOR_HALF_LANES_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Half bits in the lower 16 bits of every lane to float.
template <class DF, class VU>
HWY_INLINE hn::VFromD<DF> half_bits_to_float(DF df, VU half) {
    const hn::RebindToUnsigned<DF> du;
    const auto sign = hn::ShiftLeft<16>(hn::And(half, hn::Set(du, 0x8000u)));
    const auto shifted = hn::ShiftLeft<13>(hn::And(half, hn::Set(du, 0x7FFFu)));
    const auto exponent = hn::And(shifted, hn::Set(du, 0x0F800000u));
    const auto rebias = hn::Set(du, (127u - 15u) << 23);
    // Normal numbers only move their exponent; infinity and NaN move it once more, to all ones.
    const auto normal = hn::Add(shifted, rebias);
    const auto special = hn::Add(normal, hn::Set(du, (128u - 16u) << 23));
    // A subnormal half m * 2^-24 is 2^-14 * (1 + m/1024) - 2^-14: exact, without float subnormals.
    const auto base = hn::Set(du, (127u - 14u) << 23);
    const auto subnormal =
        hn::BitCast(du, hn::Sub(hn::BitCast(df, hn::Or(shifted, base)), hn::BitCast(df, base)));
    auto bits = hn::IfThenElse(hn::Eq(exponent, hn::Zero(du)), subnormal, normal);
    bits = hn::IfThenElse(hn::Eq(exponent, hn::Set(du, 0x0F800000u)), special, bits);
    return hn::BitCast(df, hn::Or(bits, sign));
}

/// Float to half bits (round to nearest even) in the lower 16 bits of every lane.
template <class DF, class VF>
HWY_INLINE hn::VFromD<hn::RebindToUnsigned<DF>> float_to_half_bits(DF df, VF value) {
    const hn::RebindToUnsigned<DF> du;
    const hn::RebindToSigned<DF> di;  // magnitudes fit 31 bits: signed comparisons are cheaper
    const auto all = hn::BitCast(du, value);
    const auto magnitude = hn::And(all, hn::Set(du, 0x7FFFFFFFu));
    const auto sign = hn::ShiftRight<16>(hn::Xor(all, magnitude));
    const auto signed_magnitude = hn::BitCast(di, magnitude);
    // Adding just below half of the last kept place, plus that place's own bit, rounds to even.
    const auto odd = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(du, 1u));
    const auto normal = hn::ShiftRight<13>(
        hn::Add(hn::Add(magnitude, hn::Set(du, 0xFFFu - ((127u - 15u) << 23))), odd));
    // Below 2^-14 the float adder rounds: 0.5 has its last place where half subnormals have theirs.
    const auto half = hn::Set(df, 0.5f);
    const auto subnormal =
        hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(df, magnitude), half)), hn::BitCast(du, half));
    auto bits =
        hn::IfThenElse(hn::RebindMask(du, hn::Lt(signed_magnitude, hn::Set(di, (127 - 14) << 23))),
                       subnormal, normal);
    bits = hn::IfThenElse(
        hn::RebindMask(du, hn::Gt(signed_magnitude, hn::Set(di, ((127 + 16) << 23) - 1))),
        hn::Set(du, 0x7C00u), bits);
    bits = hn::IfThenElse(hn::RebindMask(du, hn::Gt(signed_magnitude, hn::Set(di, 0x7F800000))),
                          hn::Set(du, 0x7E00u), bits);
    return hn::Or(bits, sign);
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
