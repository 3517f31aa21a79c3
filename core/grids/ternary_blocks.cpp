#include "core/grids/ternary_blocks.h"

#include <cstdint>

#include "core/grids/block_layout.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/ternary_blocks.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/block_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr std::size_t kTqBlock = 256;
constexpr std::size_t kQ1Block = 128;
constexpr std::size_t kQ2Block = 64;

HWY_INLINE IntVec set_int(std::int32_t value) { return hn::Set(kInts, value); }

// 0, 1 or 2 for the multiple -1, 0 or 1 of the scale that is nearest, the one farther from zero of
// two at the same distance: adding the float below one half leaves those below k + 1/2 alone.
HWY_INLINE IntVec ternary_code(FloatVec value, FloatVec inverse) {
    constexpr float kBelowHalf = 0.49999997f;
    const auto position = value * inverse;
    const auto away = hn::CopySign(set(kBelowHalf), position);
    return hn::ConvertTo(kInts, position + away) + set_int(1);
}

// Four bytes of codes of kBits bits: byte b has the codes first + b, first + b + stride ... from
// its lowest bits on.
template <int kBits, class CodeOf>
HWY_INLINE IntVec strided_word(std::size_t first, std::size_t stride, const CodeOf& code_of) {
    auto word = hn::Zero(kInts);
    for (std::size_t b = 0; b < 4; ++b) {
        for (std::size_t i = 0; i < 8 / kBits; ++i) {
            const int shift = static_cast<int>(8 * b + kBits * i);
            word = hn::Or(word, hn::ShiftLeftSame(code_of(first + b + stride * i), shift));
        }
    }
    return word;
}

// A word of codes of kBits bits one after another.
template <int kBits, class CodeOf>
HWY_INLINE IntVec dense_word(std::size_t first, const CodeOf& code_of) {
    auto word = hn::Zero(kInts);
    for (std::size_t i = 0; i < 32 / kBits; ++i) {
        word = hn::Or(word, hn::ShiftLeftSame(code_of(first + i), static_cast<int>(kBits * i)));
    }
    return word;
}

// Four bytes of `digits` digits each: byte b has the digits first + b, first + b + stride ..., as
// 256ths of the fraction 0.ddddd in base three, rounded up.
template <class CodeOf>
HWY_INLINE IntVec digit_word(std::size_t first, std::size_t stride, std::size_t digits,
                             const CodeOf& code_of) {
    auto word = hn::Zero(kInts);
    for (std::size_t b = 0; b < 4; ++b) {
        auto number = code_of(first + b);
        for (std::size_t i = 1; i < 5; ++i) {
            number = number + number + number;
            if (i < digits) {
                number = number + code_of(first + b + stride * i);
            }
        }
        // ceil(256 n / 243) = n + ceil(13 n / 243), divided by 243 as 4316 / 2^20.
        const auto numerator = number * set_int(13) + set_int(242);
        const auto byte = number + hn::ShiftRight<20>(numerator * set_int(4316));
        word = hn::Or(word, hn::ShiftLeftSame(byte, static_cast<int>(8 * b)));
    }
    return word;
}

void encode_tq1(const BlockRun& run) {
    const std::size_t bytes = traits(DType::tq1_0).block_bytes;
    WordTile<14> words;
    for_each_tile<kTqBlock>(
        run, [&](const FloatTile<kTqBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            const auto scale = largest_magnitude<kTqBlock>(x.from(0));
            const auto inverse = finite_reciprocal(scale);
            const auto code = [&](std::size_t j) HWY_ATTR { return ternary_code(x[j], inverse); };
            for (std::size_t i = 0; i < 8; ++i) {
                words.put(i, digit_word(4 * i, 32, 5, code));
            }
            for (std::size_t i = 0; i < 4; ++i) {
                words.put(8 + i, digit_word(160 + 4 * i, 16, 5, code));
            }
            words.put(12, digit_word(240, 4, 4, code));
            words.put(13, float_to_half_bits(kFloats, scale));
            for (std::size_t lane = 0; lane < used; ++lane) {
                std::byte* out = run.out + (block + lane) * bytes;
                words.copy(lane, 0, 13, out);
                words.copy_half(lane, 13, out + 52);
            }
        });
}

void encode_tq2(const BlockRun& run) {
    const std::size_t bytes = traits(DType::tq2_0).block_bytes;
    WordTile<17> words;
    for_each_tile<kTqBlock>(
        run, [&](const FloatTile<kTqBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            const auto scale = largest_magnitude<kTqBlock>(x.from(0));
            const auto inverse = finite_reciprocal(scale);
            const auto code = [&](std::size_t j) HWY_ATTR { return ternary_code(x[j], inverse); };
            for (std::size_t i = 0; i < 8; ++i) {
                words.put(i, strided_word<2>(4 * i, 32, code));
                words.put(8 + i, strided_word<2>(kTqBlock / 2 + 4 * i, 32, code));
            }
            words.put(16, float_to_half_bits(kFloats, scale));
            for (std::size_t lane = 0; lane < used; ++lane) {
                std::byte* out = run.out + (block + lane) * bytes;
                words.copy(lane, 0, 16, out);
                words.copy_half(lane, 16, out + 64);
            }
        });
}

// Q1_0 and Q2_0: a half and four words.
HWY_INLINE void store_blocks(const WordTile<5>& words, std::size_t used, std::byte* out) {
    constexpr std::size_t kBytes = 18;
    for (std::size_t lane = 0; lane < used; ++lane, out += kBytes) {
        words.copy_half(lane, 0, out);
        words.copy(lane, 1, 4, out + 2);
    }
}

void encode_q1(const BlockRun& run) {
    const std::size_t bytes = traits(DType::q1_0).block_bytes;
    WordTile<5> words;
    for_each_tile<kQ1Block>(
        run, [&](const FloatTile<kQ1Block>& x, std::size_t block, std::size_t used) HWY_ATTR {
            auto sum = zero();
            for (std::size_t j = 0; j < kQ1Block; ++j) {
                sum = sum + hn::Abs(x[j]);
            }
            const auto scale = sum / set(static_cast<float>(kQ1Block));
            words.put(0, float_to_half_bits(kFloats, scale));
            for (std::size_t i = 0; i < 4; ++i) {
                words.put(1 + i, dense_word<1>(32 * i, [&](std::size_t j) HWY_ATTR {
                              const auto positive = hn::RebindMask(kInts, x[j] >= zero());
                              return hn::IfThenElseZero(positive, set_int(1));
                          }));
            }
            store_blocks(words, used, run.out + block * bytes);
        });
}

void encode_q2(const BlockRun& run) {
    const std::size_t bytes = traits(DType::q2_0).block_bytes;
    WordTile<5> words;
    for_each_tile<kQ2Block>(
        run, [&](const FloatTile<kQ2Block>& x, std::size_t block, std::size_t used) HWY_ATTR {
            const auto scale = largest_magnitude<kQ2Block>(x.from(0));
            const auto inverse = finite_reciprocal(scale);
            words.put(0, float_to_half_bits(kFloats, scale));
            for (std::size_t i = 0; i < 4; ++i) {
                words.put(1 + i, dense_word<2>(16 * i, [&](std::size_t j) HWY_ATTR {
                              return ternary_code(x[j], inverse);
                          }));
            }
            store_blocks(words, used, run.out + block * bytes);
        });
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void decode_tq1(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::tq1_0, bytes, blocks, out);
}
void decode_tq2(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::tq2_0, bytes, blocks, out);
}
void decode_q1(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::q1_0, bytes, blocks, out);
}
void decode_q2(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::q2_0, bytes, blocks, out);
}

#else

// Levels code - 1 of codes in vectors of 16 bytes.
HWY_INLINE void store_levels(hn::VFromD<decltype(kBytes16)> codes, std::int8_t* levels) {
    hn::StoreU(hn::BitCast(kLevels16, codes - hn::Set(kBytes16, 1)), kLevels16, levels);
}

// Digit - 1 for the `digits` first digits in base three of each of 16 fractions, `stride` values
// apart. Fractions are counted from 128, because signed bytes are cheaper to compare: they triple
// as they are, modulo 256. The digit is at least n from 256 n / 3 on.
HWY_INLINE void store_digit_levels(hn::VFromD<decltype(kBytes16)> bytes, std::size_t stride,
                                   std::size_t digits, std::int8_t* levels) {
    auto fractions = hn::BitCast(kLevels16, hn::Xor(bytes, hn::Set(kBytes16, 128)));
    for (std::size_t i = 0; i < digits; ++i) {
        const auto one = hn::VecFromMask(kLevels16, fractions > hn::Set(kLevels16, 85 - 128));
        const auto two = hn::VecFromMask(kLevels16, fractions > hn::Set(kLevels16, 170 - 128));
        hn::StoreU(hn::Set(kLevels16, -1) - one - two, kLevels16, levels + stride * i);
        fractions = fractions + fractions + fractions;
    }
}

void decode_tq1(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::tq1_0).block_bytes;
    HWY_ALIGN std::int8_t levels[kTqBlock + 16];
    for_each_scale(bytes, stride, 52, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        const std::byte* block = bytes + i * stride;
        store_digit_levels(load_bytes(block), 32, 5, levels);
        store_digit_levels(load_bytes(block + 16), 32, 5, levels + 16);
        store_digit_levels(load_bytes(block + 32), 16, 5, levels + 160);
        std::byte last[16] = {};
        std::memcpy(last, block + 48, 4);
        store_digit_levels(load_bytes(last), 4, 4, levels + 240);
        scale_levels(levels, kTqBlock, scale, out + i * kTqBlock);
    });
}

void decode_tq2(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::tq2_0).block_bytes;
    const auto three = hn::Set(kBytes16, 3);
    HWY_ALIGN std::int8_t levels[kTqBlock];
    for_each_scale(bytes, stride, 64, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        for (std::size_t at = 0; at < 64; at += 16) {
            const auto codes = load_bytes(bytes + i * stride + at);
            std::int8_t* begin = levels + at / 32 * (kTqBlock / 2) + at % 32;
            store_levels(hn::And(codes, three), begin);
            store_levels(hn::And(hn::ShiftRight<2>(codes), three), begin + 32);
            store_levels(hn::And(hn::ShiftRight<4>(codes), three), begin + 64);
            store_levels(hn::ShiftRight<6>(codes), begin + 96);
        }
        scale_levels(levels, kTqBlock, scale, out + i * kTqBlock);
    });
}

void decode_q1(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::q1_0).block_bytes;
    HWY_ALIGN std::int8_t levels[kQ1Block];
    alignas(16) constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                                    1, 2, 4, 8, 16, 32, 64, 128};
    alignas(16) constexpr std::uint8_t kBytes[16] = {0, 0, 0, 0, 0, 0, 0, 0,
                                                     1, 1, 1, 1, 1, 1, 1, 1};
    const auto bits = hn::Load(kBytes16, kBits);
    for_each_scale(bytes, stride, 0, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        const auto codes = load_bytes(bytes + i * stride + 2);
        auto which = hn::Load(kBytes16, kBytes);
        for (std::size_t j = 0; j < kQ1Block; j += 16) {
            const auto set_bits = hn::And(hn::TableLookupBytes(codes, which), bits);
            const auto clear =
                hn::VecFromMask(kLevels16, hn::BitCast(kLevels16, set_bits) == hn::Zero(kLevels16));
            hn::Store(hn::Or(clear, hn::Set(kLevels16, 1)), kLevels16, levels + j);
            which = which + hn::Set(kBytes16, 2);
        }
        scale_levels(levels, kQ1Block, scale, out + i * kQ1Block);
    });
}

void decode_q2(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::q2_0).block_bytes;
    HWY_ALIGN std::int8_t levels[kQ2Block];
    const auto three = hn::Set(kBytes16, 3);
    for_each_scale(bytes, stride, 0, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        const auto codes = load_bytes(bytes + i * stride + 2);
        // Pairs, then fours: value 4b + k comes from byte b.
        const auto first = hn::And(codes, three);
        const auto second = hn::And(hn::ShiftRight<2>(codes), three);
        const auto third = hn::And(hn::ShiftRight<4>(codes), three);
        const auto fourth = hn::ShiftRight<6>(codes);
        const auto lower = [](auto a, auto b) HWY_ATTR { return hn::InterleaveLower(a, b); };
        const auto upper = [](auto a, auto b)
                               HWY_ATTR { return hn::InterleaveUpper(kBytes16, a, b); };
        const auto fours = [&](auto pairs_a, auto pairs_b, std::int8_t* begin) HWY_ATTR {
            constexpr hn::RepartitionToWide<decltype(kBytes16)> kPairs;
            const auto a = hn::BitCast(kPairs, pairs_a);
            const auto b = hn::BitCast(kPairs, pairs_b);
            store_levels(hn::BitCast(kBytes16, hn::InterleaveLower(a, b)), begin);
            store_levels(hn::BitCast(kBytes16, hn::InterleaveUpper(kPairs, a, b)), begin + 16);
        };
        fours(lower(first, second), lower(third, fourth), levels);
        fours(upper(first, second), upper(third, fourth), levels + kQ2Block / 2);
        scale_levels(levels, kQ2Block, scale, out + i * kQ2Block);
    });
}

#endif

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_tq1);
HWY_EXPORT(encode_tq2);
HWY_EXPORT(encode_q1);
HWY_EXPORT(encode_q2);
HWY_EXPORT(decode_tq1);
HWY_EXPORT(decode_tq2);
HWY_EXPORT(decode_q1);
HWY_EXPORT(decode_q2);

void encode_tq1_0(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_tq1)(run); }
void encode_tq2_0(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_tq2)(run); }
void encode_q1_0(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_q1)(run); }
void encode_q2_0(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_q2)(run); }
void decode_tq1_0(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_tq1)(bytes, blocks, out);
}
void decode_tq2_0(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_tq2)(bytes, blocks, out);
}
void decode_q1_0(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_q1)(bytes, blocks, out);
}
void decode_q2_0(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_q2)(bytes, blocks, out);
}

}  // namespace ql
#endif  // HWY_ONCE
