#include "core/grids/fp4_blocks.h"

#include <array>
#include <cstdint>
#include <limits>

#include "core/grids/block_layout.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/fp4_blocks.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/block_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr std::size_t kMxBlock = 32;
constexpr std::size_t kNvPart = 16;  // values of NVFP4 that share a scale
constexpr std::size_t kNvParts = 4;

HWY_INLINE IntVec bits_of(FloatVec value) { return hn::BitCast(kInts, value); }
HWY_INLINE FloatVec from_bits(IntVec bits) { return hn::BitCast(kFloats, bits); }
HWY_INLINE IntVec set_int(std::int32_t value) { return hn::Set(kInts, value); }

// The nearest of the sixteen numbers times a scale, the smaller of two at the same distance: the
// magnitude's code is the number of midpoints below it.
class NearestFp4 {
  public:
    HWY_INLINE explicit NearestFp4(FloatVec scale) {
        for (std::size_t i = 0; i < kMidpoints; ++i) {
            const auto midpoint = scale * set(0.5f * (kFp4Values[i] + kFp4Values[i + 1]));
            const auto next = scale * set(kFp4Values[i + 1]);
            // No number lies above where it is the same, or not finite.
            const auto used = hn::And(next > zero(), hn::IsFinite(next));
            midpoints_.put(i, hn::IfThenElse(used, midpoint, set(kInfinity)));
        }
    }
    HWY_INLINE IntVec operator()(FloatVec value) const {
        const auto magnitude = hn::Abs(value);
        auto code = hn::Zero(kInts);
        for (std::size_t i = 0; i < kMidpoints; ++i) {
            const auto above = hn::RebindMask(kInts, magnitude > midpoints_[i]);
            code = code + hn::IfThenElseZero(above, set_int(1));
        }
        // There is a negative zero, which is never chosen.
        const auto negative =
            hn::And(hn::RebindMask(kInts, value < zero()), code > hn::Zero(kInts));
        return hn::Or(code, hn::IfThenElseZero(negative, set_int(8)));
    }

  private:
    static constexpr float kInfinity = std::numeric_limits<float>::infinity();
    static constexpr std::size_t kMidpoints = 7;
    FloatTile<kMidpoints> midpoints_;
};

// floor(log2(largest)) + 125, at least 0. The logarithm is one in single precision: just below a
// power of two it may round up to that power's.
HWY_INLINE IntVec mxfp4_exponent(FloatVec largest) {
    const auto bits = bits_of(largest);
    const auto above = hn::ShiftRight<23>(bits) - set_int(126);  // largest < 2^above
    const auto fraction = from_bits(
        hn::Or(hn::And(bits, set_int(0x007FFFFF)), set_int(126 << 23)));  // largest / 2^above
    const auto power = hn::ConvertTo(kFloats, above);
    constexpr float kLog2OfE = 1.442695f;
    const auto rounds_up = power - (set(1.0f) - fraction) * set(kLog2OfE) == power;
    const auto floor = hn::IfThenElse(hn::RebindMask(kInts, rounds_up), above, above - set_int(1));
    return hn::Max(floor + set_int(125), hn::Zero(kInts));
}

// 2^(exponent - 128); the first two are subnormal.
HWY_INLINE FloatVec mxfp4_scales(IntVec exponent) {
    const auto normal = hn::ShiftLeft<23>(exponent - set_int(1));
    const auto subnormal =
        hn::IfThenElse(exponent == set_int(1), set_int(0x00400000), set_int(0x00200000));
    return from_bits(hn::IfThenElse(exponent > set_int(1), normal, subnormal));
}

void encode_mx(const BlockRun& run) {
    const std::size_t bytes = traits(DType::mxfp4).block_bytes;
    WordTile<5> words;
    for_each_tile<kMxBlock>(
        run, [&](const FloatTile<kMxBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            const auto exponent = mxfp4_exponent(largest_magnitude<kMxBlock>(x.from(0)));
            const NearestFp4 nearest(mxfp4_scales(exponent));
            words.put(0, exponent);
            for (std::size_t i = 0; i < 4; ++i) {
                words.put(1 + i, nibble_word(4 * i, kMxBlock / 2, [&](std::size_t j) HWY_ATTR {
                              return nearest(x[j]);
                          }));
            }
            for (std::size_t lane = 0; lane < used; ++lane) {
                std::byte* out = run.out + (block + lane) * bytes;
                out[0] = static_cast<std::byte>(words.at[0][lane]);
                words.copy(lane, 1, 4, out + 1);
            }
        });
}

// The E4M3 number nearest to value >= 0, the larger of two. From 256 on, its largest: the reference
// makes no other use of the highest exponent.
HWY_INLINE IntVec e4m3_byte(FloatVec value) {
    const auto held = hn::Min(value, set(448.0f));
    constexpr int kRebias = (127 - 7) << 3;
    const auto rounded = hn::ShiftRight<20>(bits_of(held) + set_int(1 << 19)) - set_int(kRebias);
    const auto normal = hn::IfThenElse(rounded > set_int(0x77), set_int(0x7E), rounded);
    const auto subnormal =
        hn::Min(hn::ConvertTo(kInts, held * set(512.0f) + set(0.5f)), set_int(7));
    return hn::IfThenElse(hn::RebindMask(kInts, held < set(1.0f / 64.0f)), subnormal, normal);
}

// Half of an E4M3 number.
HWY_INLINE FloatVec half_of_e4m3(IntVec byte) {
    constexpr int kRebias = (127 - 8) << 23;
    const auto shifted = hn::ShiftLeft<20>(byte);
    const auto subnormal = hn::ConvertTo(kFloats, byte) * set(1.0f / 1024.0f);
    return hn::IfThenElse(hn::RebindMask(kFloats, byte > set_int(7)),
                          from_bits(shifted + set_int(kRebias)), subnormal);
}

void encode_nv(const BlockRun& run) {
    constexpr std::size_t kBlock = kNvPart * kNvParts;
    const std::size_t bytes = traits(DType::nvfp4).block_bytes;
    WordTile<9> words;
    for_each_tile<kBlock>(
        run, [&](const FloatTile<kBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            auto scales = hn::Zero(kInts);
            for (std::size_t k = 0; k < kNvParts; ++k) {
                const FloatRows part = x.from(kNvPart * k);
                const auto byte = e4m3_byte(largest_magnitude<kNvPart>(part) / set(6.0f));
                scales = hn::Or(scales, hn::ShiftLeftSame(byte, static_cast<int>(8 * k)));
                const NearestFp4 nearest(half_of_e4m3(byte));
                for (std::size_t i = 0; i < 2; ++i) {
                    words.put(1 + 2 * k + i,
                              nibble_word(4 * i, kNvPart / 2, [&](std::size_t j) HWY_ATTR {
                                  return nearest(part[j]);
                              }));
                }
            }
            words.put(0, scales);
            for (std::size_t lane = 0; lane < used; ++lane) {
                words.copy(lane, 0, 9, run.out + (block + lane) * bytes);
            }
        });
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void decode_mx(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::mxfp4, bytes, blocks, out);
}
void decode_nv(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::nvfp4, bytes, blocks, out);
}

#else

alignas(16) constexpr std::int8_t kFp4Levels[16] = {0, 1,  2,  3,  4,  6,  8,  12,
                                                    0, -1, -2, -3, -4, -6, -8, -12};

using ScaleTable = std::array<float, 256>;
template <class ScaleOf>
ScaleTable scale_table(const ScaleOf& scale_of) {
    ScaleTable table;
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
        table[byte] = scale_of(static_cast<std::uint8_t>(byte));
    }
    return table;
}

void decode_mx(const std::byte* bytes, std::size_t blocks, float* out) {
    static const ScaleTable scales = scale_table(mxfp4_scale);
    const std::size_t stride = traits(DType::mxfp4).block_bytes;
    const auto table = hn::Load(kLevels16, kFp4Levels);
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::byte* block = bytes + i * stride;
        decode_nibbles(table, block + 1, scales[std::to_integer<std::size_t>(block[0])],
                       out + i * kMxBlock);
    }
}

void decode_nv(const std::byte* bytes, std::size_t blocks, float* out) {
    static const ScaleTable scales = scale_table(nvfp4_scale);
    const std::size_t stride = traits(DType::nvfp4).block_bytes;
    const auto table = hn::Load(kLevels16, kFp4Levels);
    HWY_ALIGN std::int8_t levels[2 * kNvPart];
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::byte* block = bytes + i * stride;
        for (std::size_t k = 0; k < kNvParts; k += 2, out += 2 * kNvPart) {
            const auto codes = load_bytes(block + 4 + kNvPart / 2 * k);
            const auto low = low_nibble_levels(table, codes);  // first halves of two parts
            const auto high = high_nibble_levels(table, codes);
            hn::Store(hn::ConcatLowerLower(kLevels16, high, low), kLevels16, levels);
            hn::Store(hn::ConcatUpperUpper(kLevels16, high, low), kLevels16, levels + kNvPart);
            for (std::size_t p = 0; p < 2; ++p) {
                scale_levels(levels + kNvPart * p, kNvPart,
                             scales[std::to_integer<std::size_t>(block[k + p])], out + kNvPart * p);
            }
        }
    }
}

#endif

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_mx);
HWY_EXPORT(encode_nv);
HWY_EXPORT(decode_mx);
HWY_EXPORT(decode_nv);

void encode_mxfp4(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_mx)(run); }
void encode_nvfp4(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_nv)(run); }
void decode_mxfp4(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_mx)(bytes, blocks, out);
}
void decode_nvfp4(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_nv)(bytes, blocks, out);
}

}  // namespace ql
#endif  // HWY_ONCE
