#include "core/grids/block_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/grids/reference_blocks.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/block_kernels.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/tensor/half_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

// Without vectors the plain code is the fastest.
void encode_all(DType dtype, const float* values, std::size_t blocks, std::byte* out) {
    reference_encode(dtype, values, blocks, out);
}
void decode_all(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    reference_decode(dtype, bytes, blocks, out);
}

#else

// Blocks are worked on in batches: first one pass over the values finds what each block's scale
// depends on, then the scales of the whole batch are computed side by side, then a second pass (the
// batch is still in the first-level cache) makes the codes, and a last one packs them. Halves and
// divisions so cost a lane each, not a vector.
constexpr std::size_t kBatch = 16;
constexpr std::size_t kHalf = kBlockValues / 2;

// Floats, 32-bit words, and bytes in vectors of at most 16 lanes, so that two halves of a block are
// whole vectors on every target.
const hn::CappedTag<float, 16> kFloats;
using Floats = decltype(kFloats);
using FloatVec = hn::VFromD<Floats>;
const hn::RebindToUnsigned<Floats> kWords;
const hn::RebindToSigned<Floats> kInts;
const hn::Rebind<std::uint8_t, Floats> kLaneBytes;
const hn::CappedTag<std::uint8_t, 16> kHalfBlock;

struct Batch {
    // From the first pass: the signed extreme, the largest magnitude, or the smallest value.
    HWY_ALIGN float first[kBatch];
    HWY_ALIGN float second[kBatch];  // the largest value, where there is a minimum
    HWY_ALIGN float inverse[kBatch];
    HWY_ALIGN std::uint32_t half_scale[kBatch];
    HWY_ALIGN std::uint32_t half_minimum[kBatch];
    HWY_ALIGN std::uint8_t codes[kBatch * kBlockValues];
};

HWY_INLINE float largest_magnitude(const float* values) {
    auto largest = hn::Abs(hn::LoadU(kFloats, values));
    for (std::size_t j = hn::Lanes(kFloats); j < kBlockValues; j += hn::Lanes(kFloats)) {
        largest = hn::Max(largest, hn::Abs(hn::LoadU(kFloats, values + j)));
    }
    return hn::GetLane(hn::MaxOfLanes(kFloats, largest));
}

struct Range {
    float lo;
    float hi;
};

// Which zero it is where the smallest or largest value is one, is left open.
HWY_INLINE Range smallest_and_largest(const float* values) {
    auto smallest = hn::LoadU(kFloats, values);
    auto largest = smallest;
    for (std::size_t j = hn::Lanes(kFloats); j < kBlockValues; j += hn::Lanes(kFloats)) {
        const auto value = hn::LoadU(kFloats, values + j);
        smallest = hn::Min(smallest, value);
        largest = hn::Max(largest, value);
    }
    return {hn::GetLane(hn::MinOfLanes(kFloats, smallest)),
            hn::GetLane(hn::MaxOfLanes(kFloats, largest))};
}

// The value of largest magnitude, the first of equals, with its sign; +0 for zeros.
HWY_INLINE float signed_extreme(const float* values) {
    const Range range = smallest_and_largest(values);
    if (range.hi == -range.lo) {
        return range.hi == 0 ? 0.0f
                             : *std::find_if(values, values + kBlockValues, [&](float value) {
                                   return std::fabs(value) == range.hi;
                               });
    }
    return range.hi > -range.lo ? range.hi : range.lo;
}

// As smallest_and_largest, and zeros of both signs count as equal: the first of a block is taken.
HWY_INLINE Range exact_range(const float* values) {
    Range range = smallest_and_largest(values);
    if (range.lo == 0) {
        range.lo = *std::find(values, values + kBlockValues, 0.0f);
        range.hi = range.hi == 0 ? range.lo : range.hi;
    }
    return range;
}

// Halves and inverses of a batch, from scale_of(first, second). An inverse that overflows is 0: the
// block is stored as zeros.
template <class ScaleOf>
HWY_INLINE void fit_batch(Batch& batch, const ScaleOf& scale_of) {
    const auto largest = hn::Set(kFloats, std::numeric_limits<float>::max());
    for (std::size_t i = 0; i < kBatch; i += hn::Lanes(kFloats)) {
        const auto first = hn::Load(kFloats, batch.first + i);
        const auto scale = scale_of(first, hn::Load(kFloats, batch.second + i));
        const auto inverse = hn::Div(hn::Set(kFloats, 1.0f), scale);
        const auto usable = hn::Le(hn::Abs(inverse), largest);
        hn::Store(hn::IfThenElseZero(usable, inverse), kFloats, batch.inverse + i);
        hn::Store(float_to_half_bits(kFloats, scale), kWords, batch.half_scale + i);
        hn::Store(float_to_half_bits(kFloats, first), kWords, batch.half_minimum + i);
    }
}

// One byte for every value of the batch, from code_of(value, inverse, first) in 32-bit lanes.
template <class CodeOf>
HWY_INLINE void code_batch(const float* values, std::size_t blocks, Batch& batch,
                           const CodeOf& code_of) {
    for (std::size_t i = 0; i < blocks; ++i) {
        const auto inverse = hn::Set(kFloats, batch.inverse[i]);
        const auto first = hn::Set(kFloats, batch.first[i]);
        for (std::size_t j = 0; j < kBlockValues; j += hn::Lanes(kFloats)) {
            const std::size_t at = i * kBlockValues + j;
            const auto code = code_of(hn::LoadU(kFloats, values + at), inverse, first);
            hn::StoreU(hn::TruncateTo(kLaneBytes, hn::BitCast(kWords, code)), kLaneBytes,
                       batch.codes + at);
        }
    }
}

HWY_INLINE void store_half(std::uint32_t bits, std::uint8_t* out) {
    const auto half = static_cast<std::uint16_t>(bits);
    std::memcpy(out, &half, sizeof half);
}

HWY_INLINE std::uint32_t load_half(const std::uint8_t* src) {
    std::uint16_t half = 0;
    std::memcpy(&half, src, sizeof half);
    return half;
}

// Value j in the low half of byte j, value j + 16 in the high half.
HWY_INLINE void store_nibbles(const std::uint8_t* codes, std::uint8_t* out) {
    const auto low = hn::And(hn::Load(kHalfBlock, codes), hn::Set(kHalfBlock, 15));
    const auto high = hn::ShiftLeft<4>(hn::Load(kHalfBlock, codes + kHalf));
    hn::StoreU(hn::Or(low, high), kHalfBlock, out);
}

// Bit j of the 32-bit word is the fifth bit of code j.
HWY_INLINE void store_fifth_bits(const std::uint8_t* codes, std::uint8_t* out) {
    for (std::size_t half = 0; half < 2; ++half) {
        const auto fifth =
            hn::TestBit(hn::Load(kHalfBlock, codes + half * kHalf), hn::Set(kHalfBlock, 16));
        std::uint8_t bits[8] = {};  // StoreMaskBits may write that many
        hn::StoreMaskBits(kHalfBlock, fifth, bits);
        std::memcpy(out + 2 * half, bits, 2);
    }
}

// How the bytes of a block are laid out.
template <bool kMinimum, int kBits>
struct Layout {
    static constexpr std::size_t kFifthBits = kMinimum ? 4 : 2;
    static constexpr std::size_t kNibbles = kFifthBits + (kBits == 5 ? 4 : 0);
    static constexpr std::size_t kBytes = kBits == 8 ? 2 + kBlockValues : kNibbles + kHalf;
};

template <bool kMinimum, int kBits>
HWY_INLINE void store_batch(const Batch& batch, std::size_t blocks, std::uint8_t* out) {
    using At = Layout<kMinimum, kBits>;
    for (std::size_t i = 0; i < blocks; ++i, out += At::kBytes) {
        const std::uint8_t* codes = batch.codes + i * kBlockValues;
        store_half(batch.half_scale[i], out);
        if (kMinimum) {
            store_half(batch.half_minimum[i], out + 2);
        }
        if (kBits == 8) {
            std::memcpy(out + 2, codes, kBlockValues);
            continue;
        }
        if (kBits == 5) {
            store_fifth_bits(codes, out + At::kFifthBits);
        }
        store_nibbles(codes, out + At::kNibbles);
    }
}

// Q4_0 and Q5_0.
template <int kBits>
HWY_INLINE void encode_signed(const float* values, std::size_t blocks, Batch& batch,
                              std::uint8_t* out) {
    constexpr float kRange = 1 << (kBits - 1);
    for (std::size_t i = 0; i < blocks; ++i) {
        batch.first[i] = signed_extreme(values + i * kBlockValues);
    }
    fit_batch(batch, [](auto extreme, auto)
                         HWY_ATTR { return hn::Div(extreme, hn::Set(kFloats, -kRange)); });
    code_batch(values, blocks, batch, [](auto value, auto inverse, auto) HWY_ATTR {
        const auto position = hn::Add(hn::Mul(value, inverse), hn::Set(kFloats, kRange + 0.5f));
        return hn::Min(hn::ConvertTo(kInts, position), hn::Set(kInts, (1 << kBits) - 1));
    });
    store_batch<false, kBits>(batch, blocks, out);
}

template <int kBits>
constexpr int kLargestCode = (1 << kBits) - 1;

// Q4_1 and Q5_1.
template <int kBits>
HWY_INLINE void encode_range(const float* values, std::size_t blocks, Batch& batch,
                             std::uint8_t* out) {
    bool overflow = false;
    for (std::size_t i = 0; i < blocks; ++i) {
        const Range range = exact_range(values + i * kBlockValues);
        batch.first[i] = range.lo;
        batch.second[i] = range.hi;
        overflow |= range.hi - range.lo > std::numeric_limits<float>::max();
    }
    if (overflow) {  // differences may be infinite: the plain code knows what to do
        const DType dtype = kBits == 4 ? DType::q4_1 : DType::q5_1;
        reference_encode(dtype, values, blocks, reinterpret_cast<std::byte*>(out));
        return;
    }
    fit_batch(batch, [](auto lo, auto hi) HWY_ATTR {
        return hn::Div(hn::Sub(hi, lo), hn::Set(kFloats, static_cast<float>(kLargestCode<kBits>)));
    });
    code_batch(values, blocks, batch, [](auto value, auto inverse, auto lo) HWY_ATTR {
        const auto position = hn::Add(hn::Mul(hn::Sub(value, lo), inverse), hn::Set(kFloats, 0.5f));
        return hn::Min(hn::ConvertTo(kInts, position), hn::Set(kInts, kLargestCode<kBits>));
    });
    store_batch<true, kBits>(batch, blocks, out);
}

// Q8_0. Halves are rounded away from zero by adding the float below one half: one half itself would
// also carry the float below k + 1/2 over.
constexpr float kBelowHalf = 0.49999997f;
HWY_INLINE void encode_symmetric(const float* values, std::size_t blocks, Batch& batch,
                                 std::uint8_t* out) {
    for (std::size_t i = 0; i < blocks; ++i) {
        batch.first[i] = largest_magnitude(values + i * kBlockValues);
    }
    fit_batch(batch, [](auto largest, auto)
                         HWY_ATTR { return hn::Div(largest, hn::Set(kFloats, 127.0f)); });
    code_batch(values, blocks, batch, [](auto value, auto inverse, auto) HWY_ATTR {
        const auto position = hn::Mul(value, inverse);
        const auto away = hn::CopySign(hn::Set(kFloats, kBelowHalf), position);
        return hn::ConvertTo(kInts, hn::Add(position, away));
    });
    store_batch<false, 8>(batch, blocks, out);
}

void encode_all(DType dtype, const float* values, std::size_t blocks, std::byte* out) {
    const std::size_t block_bytes = traits(dtype).block_bytes;
    auto* bytes = reinterpret_cast<std::uint8_t*>(out);
    Batch batch{};
    for (std::size_t i = 0; i < blocks; i += kBatch) {
        const std::size_t count = std::min(kBatch, blocks - i);
        const float* begin = values + i * kBlockValues;
        std::uint8_t* end = bytes + i * block_bytes;
        switch (dtype) {
            case DType::q4_0:
                encode_signed<4>(begin, count, batch, end);
                break;
            case DType::q4_1:
                encode_range<4>(begin, count, batch, end);
                break;
            case DType::q5_0:
                encode_signed<5>(begin, count, batch, end);
                break;
            case DType::q5_1:
                encode_range<5>(begin, count, batch, end);
                break;
            default:
                encode_symmetric(begin, count, batch, end);
                break;
        }
    }
}

// The codes of a block as signed bytes with the zero already subtracted.
template <bool kMinimum, int kBits>
HWY_INLINE void load_codes(const std::uint8_t* block, std::uint8_t* codes) {
    using At = Layout<kMinimum, kBits>;
    const auto zero = hn::Set(kHalfBlock, kMinimum ? 0 : 1 << (kBits - 1));
    const auto nibbles = hn::LoadU(kHalfBlock, block + At::kNibbles);
    auto low = hn::And(nibbles, hn::Set(kHalfBlock, 15));
    auto high = hn::ShiftRight<4>(nibbles);
    if (kBits == 5) {
        const auto fifth = hn::Set(kHalfBlock, 16);
        const std::uint8_t* bits = block + At::kFifthBits;  // at least 8 bytes follow, as required
        low = hn::Or(low, hn::IfThenElseZero(hn::LoadMaskBits(kHalfBlock, bits), fifth));
        high = hn::Or(high, hn::IfThenElseZero(hn::LoadMaskBits(kHalfBlock, bits + 2), fifth));
    }
    hn::Store(hn::Sub(low, zero), kHalfBlock, codes);
    hn::Store(hn::Sub(high, zero), kHalfBlock, codes + kHalf);
}

template <bool kMinimum, int kBits>
HWY_INLINE void decode_batch(const std::uint8_t* bytes, std::size_t blocks, Batch& batch,
                             float* out) {
    using At = Layout<kMinimum, kBits>;
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::uint8_t* block = bytes + i * At::kBytes;
        batch.half_scale[i] = load_half(block);
        if (kMinimum) {
            batch.half_minimum[i] = load_half(block + 2);
        }
        if (kBits != 8) {
            load_codes<kMinimum, kBits>(block, batch.codes + i * kBlockValues);
        }
    }
    for (std::size_t i = 0; i < kBatch; i += hn::Lanes(kFloats)) {
        hn::Store(half_bits_to_float(kFloats, hn::Load(kWords, batch.half_scale + i)), kFloats,
                  batch.first + i);
        if (kMinimum) {
            hn::Store(half_bits_to_float(kFloats, hn::Load(kWords, batch.half_minimum + i)),
                      kFloats, batch.second + i);
        }
    }
    const hn::RebindToSigned<decltype(kLaneBytes)> signed_bytes;
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::uint8_t* codes =
            kBits == 8 ? bytes + i * At::kBytes + 2 : batch.codes + i * kBlockValues;
        const auto scale = hn::Set(kFloats, batch.first[i]);
        const auto minimum = hn::Set(kFloats, batch.second[i]);
        for (std::size_t j = 0; j < kBlockValues; j += hn::Lanes(kFloats)) {
            const auto code = hn::BitCast(signed_bytes, hn::LoadU(kLaneBytes, codes + j));
            auto value = hn::Mul(scale, hn::ConvertTo(kFloats, hn::PromoteTo(kInts, code)));
            value = kMinimum ? hn::Add(value, minimum) : value;
            hn::StoreU(value, kFloats, out + i * kBlockValues + j);
        }
    }
}

void decode_all(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t block_bytes = traits(dtype).block_bytes;
    const auto* src = reinterpret_cast<const std::uint8_t*>(bytes);
    Batch batch{};
    for (std::size_t i = 0; i < blocks; i += kBatch) {
        const std::size_t count = std::min(kBatch, blocks - i);
        const std::uint8_t* begin = src + i * block_bytes;
        float* end = out + i * kBlockValues;
        switch (dtype) {
            case DType::q4_0:
                decode_batch<false, 4>(begin, count, batch, end);
                break;
            case DType::q4_1:
                decode_batch<true, 4>(begin, count, batch, end);
                break;
            case DType::q5_0:
                decode_batch<false, 5>(begin, count, batch, end);
                break;
            case DType::q5_1:
                decode_batch<true, 5>(begin, count, batch, end);
                break;
            default:
                decode_batch<false, 8>(begin, count, batch, end);
                break;
        }
    }
}

#endif

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_all);
HWY_EXPORT(decode_all);

void encode_blocks(DType dtype, const float* values, std::size_t blocks, std::byte* out) {
    HWY_DYNAMIC_DISPATCH(encode_all)(dtype, values, blocks, out);
}

void decode_blocks(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_all)(dtype, bytes, blocks, out);
}

}  // namespace ql
#endif  // HWY_ONCE
