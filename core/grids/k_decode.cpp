#include <cstdint>

#include "core/grids/k_blocks.h"
#include "core/grids/k_layout.h"
#include "core/grids/k_offsets.h"
#include "core/tensor/convert.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/k_decode.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr hn::CappedTag<std::uint8_t, 32> kBytes;
constexpr hn::Rebind<std::uint8_t, Floats> kLaneBytes;

/// Spreads fields of kWidth bits, as pack_fields of k_layout.cpp gathers them, to bits kLowestBit
/// and up of 256 codes: sets those codes, or adds to them where kAdd.
template <int kWidth, std::size_t kDistance, int kLowestBit, bool kAdd>
HWY_INLINE void spread_fields(const std::uint8_t* bytes, std::uint8_t* codes) {
    constexpr std::size_t kPerByte = 8 / kWidth;
    const auto mask = hn::Set(kBytes, (1u << kWidth) - 1);
    for (std::size_t begin = 0; begin < kSuperBlockValues; begin += kPerByte * kDistance) {
        for (std::size_t l = 0; l < kDistance; l += hn::Lanes(kBytes)) {
            auto left = hn::LoadU(kBytes, bytes + begin / kPerByte + l);
            for (std::size_t s = 0; s < kPerByte; ++s) {
                std::uint8_t* place = codes + begin + s * kDistance + l;
                auto field = hn::And(left, mask);
                left = hn::ShiftRight<kWidth>(left);
                if (kLowestBit > 0) {
                    field = hn::ShiftLeft<kLowestBit>(field);
                }
                if (kAdd) {
                    field = hn::Or(field, hn::Load(kBytes, place));
                }
                hn::Store(field, kBytes, place);
            }
        }
    }
}

template <DType kType>
HWY_INLINE void unpack_codes(const std::uint8_t* bytes, std::uint8_t* codes) {
    if (kType == DType::q2_k) {
        spread_fields<2, 32, 0, false>(bytes + q2_k::kCodes, codes);
    } else if (kType == DType::q3_k) {
        spread_fields<2, 32, 0, false>(bytes + q3_k::kCodes, codes);
        spread_fields<1, 32, 2, true>(bytes + q3_k::kThirdBits, codes);
    } else if (kType == DType::q4_k) {
        spread_fields<4, 32, 0, false>(bytes + q4_k::kCodes, codes);
    } else if (kType == DType::q5_k) {
        spread_fields<4, 32, 0, false>(bytes + q5_k::kCodes, codes);
        spread_fields<1, 32, 4, true>(bytes + q5_k::kFifthBits, codes);
    } else {
        spread_fields<4, 64, 0, false>(bytes + q6_k::kCodes, codes);
        spread_fields<2, 32, 4, true>(bytes + q6_k::kHighBits, codes);
    }
}

template <DType kType>
void decode_all_of(const std::byte* bytes, std::size_t blocks, float* out) {
    constexpr bool kHasMinima = kType != DType::q3_k && kType != DType::q6_k;
    const std::size_t count = sub_block_values(kType);
    const auto lowest = hn::Set(kInts, lowest_k_code(kType));
    KBlock block;
    HWY_ALIGN std::uint8_t codes[kSuperBlockValues];
    for (std::size_t i = 0; i < blocks; ++i, bytes += traits(kType).block_bytes) {
        unpack_k_parameters(kType, bytes, block);
        unpack_codes<kType>(reinterpret_cast<const std::uint8_t*>(bytes), codes);
        const float d = half_to_float(block.d);
        const float dmin = half_to_float(block.dmin);
        for (std::size_t k = 0; k < kSuperBlockValues / count; ++k) {
            const auto scale = set(d * static_cast<float>(block.scales[k]));
            const auto minimum = set(dmin * static_cast<float>(block.mins[k]));
            for (std::size_t j = k * count; j < (k + 1) * count; j += hn::Lanes(kFloats)) {
                const auto stored = hn::PromoteTo(kInts, hn::LoadU(kLaneBytes, codes + j));
                const auto value = scale * hn::ConvertTo(kFloats, stored + lowest);
                hn::StoreU(kHasMinima ? value - minimum : value, kFloats, out);
                out += hn::Lanes(kFloats);
            }
        }
    }
}

void decode_k_all(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    switch (dtype) {
        case DType::q2_k:
            return decode_all_of<DType::q2_k>(bytes, blocks, out);
        case DType::q3_k:
            return decode_all_of<DType::q3_k>(bytes, blocks, out);
        case DType::q4_k:
            return decode_all_of<DType::q4_k>(bytes, blocks, out);
        case DType::q5_k:
            return decode_all_of<DType::q5_k>(bytes, blocks, out);
        default:
            return decode_all_of<DType::q6_k>(bytes, blocks, out);
    }
}

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(decode_k_all);

void decode_k_blocks(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_k_all)(dtype, bytes, blocks, out);
}

}  // namespace ql
#endif  // HWY_ONCE
