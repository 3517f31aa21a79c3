#include "core/grids/iq4_blocks.h"

#include <cstdint>

#include "core/grids/block_layout.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/iq4_blocks.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/block_tiles-inl.h"
#include "core/grids/k_fits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr std::size_t kPart = 32;  // values that share a scale
constexpr std::size_t kXsBlock = 256;
constexpr std::size_t kXsParts = kXsBlock / kPart;

// A binary search over the midpoints between the levels: round r has the boundary that halves each
// of 2^r intervals. Sixteen entries each, because whole vectors are read.
struct Midpoints {
    alignas(64) float round[4][16] = {};
};
constexpr Midpoints make_midpoints() {
    Midpoints result;
    for (std::size_t r = 0; r < 4; ++r) {
        const std::size_t step = std::size_t{8} >> r;
        for (std::size_t i = 0; i < (std::size_t{1} << r); ++i) {
            const std::size_t upper = step + 2 * step * i;
            result.round[r][i] = 0.5f * (kIq4Values[upper - 1] + kIq4Values[upper]);
        }
    }
    return result;
}
constexpr Midpoints kMidpoints = make_midpoints();
alignas(64) constexpr std::array<float, 16> kLevelTable = kIq4Values;

// The nearest level, the upper one of two at the same distance.
HWY_INLINE IntVec nearest_level(FloatVec position) {
    auto code = hn::Zero(kInts);
    const auto step = [&](FloatVec boundary) HWY_ATTR {
        const auto above = hn::RebindMask(kInts, position >= boundary);
        code = code + code + hn::IfThenElseZero(above, hn::Set(kInts, 1));
    };
    step(set(kMidpoints.round[0][0]));
    step(lookup<2>(kMidpoints.round[1], code));
    step(lookup<4>(kMidpoints.round[2], code));
    step(lookup<8>(kMidpoints.round[3], code));
    return code;
}

HWY_INLINE FloatVec level(IntVec code) { return lookup<16>(kLevelTable.data(), code); }

// The scale of a part: of those that least squares finds for the codes at 16 inverse scales, the
// one with the lowest weighted squared error, which has the largest (Σwqx)² / Σwqq. The first gives
// the extreme the sign of the highest level, the others that of the lowest.
HWY_INLINE FloatVec fit_scale(FloatRows x, FloatRows w) {
    const auto extreme = signed_extreme<kPart>(x);
    auto scale = zero();
    auto best = zero();
    const auto try_inverse = [&](FloatVec inverse, bool first) HWY_ATTR {
        auto wqx = zero();
        auto wqq = zero();
        for (std::size_t j = 0; j < kPart; ++j) {
            const auto q = level(nearest_level(inverse * x[j]));
            const auto wq = w[j] * q;
            wqx = wqx + wq * x[j];
            wqq = wqq + wq * q;
        }
        const auto possible = wqq > zero();
        const auto better = first ? possible : hn::And(possible, wqx * wqx > best * wqq);
        scale = hn::IfThenElse(better, wqx / wqq, scale);
        best = hn::IfThenElse(better, scale * wqx, best);
    };
    try_inverse(set(1.0f) / (extreme / set(-kIq4Values[0])), true);
    for (int t = -7; t <= 7; ++t) {
        try_inverse(set(kIq4Values[0] + static_cast<float>(t)) / extreme, false);
    }
    return hn::IfThenElseZero(hn::Abs(extreme) >= set(kNothing), scale);
}

// Weights of the errors: x² without importance, otherwise importance * sqrt(2 mean x² + x²).
template <std::size_t kValues>
HWY_INLINE void weigh(const BlockRun& run, std::size_t block, std::size_t used,
                      const FloatTile<kValues>& x, FloatTile<kValues>& w) {
    if (run.importance == nullptr) {
        for (std::size_t j = 0; j < kValues; ++j) {
            w.put(j, x[j] * x[j]);
        }
        return;
    }
    auto squares = zero();
    for (std::size_t j = 0; j < kValues; ++j) {
        squares = squares + x[j] * x[j];
    }
    const auto twice_mean = squares * set(2.0f / static_cast<float>(kValues));
    load_importance(run, block, used, w);
    for (std::size_t j = 0; j < kValues; ++j) {
        w.put(j, w[j] * hn::Sqrt(twice_mean + x[j] * x[j]));
    }
}

// The codes of a part as four words.
template <std::size_t kWordCount>
HWY_INLINE void put_codes(FloatRows x, FloatVec scale, std::size_t at,
                          WordTile<kWordCount>& words) {
    const auto inverse = finite_reciprocal(scale);
    for (std::size_t i = 0; i < 4; ++i) {
        words.put(at + i, nibble_word(4 * i, kPart / 2, [&](std::size_t j) HWY_ATTR {
                      return nearest_level(inverse * x[j]);
                  }));
    }
}

void encode_nl(const BlockRun& run) {
    const std::size_t bytes = traits(DType::iq4_nl).block_bytes;
    FloatTile<kPart> w;
    WordTile<5> words;
    for_each_tile<kPart>(
        run, [&](const FloatTile<kPart>& x, std::size_t block, std::size_t used) HWY_ATTR {
            weigh(run, block, used, x, w);
            const auto scale = fit_scale(x.from(0), w.from(0));
            words.put(0, float_to_half_bits(kFloats, scale));
            put_codes(x.from(0), scale, 1, words);
            for (std::size_t lane = 0; lane < used; ++lane) {
                std::byte* out = run.out + (block + lane) * bytes;
                words.copy_half(lane, 0, out);
                words.copy(lane, 1, 4, out + 2);
            }
        });
}

// Words of an IQ4_XS block: the half scale beside the high bits of the parts' scales, their low
// bits, and the codes.
HWY_INLINE void put_xs_block(const FloatTile<kXsBlock>& x, const FloatTile<kXsParts>& scales,
                             WordTile<34>& words) {
    auto extreme = scales[0];
    for (std::size_t k = 1; k < kXsParts; ++k) {
        extreme = hn::IfThenElse(hn::Abs(scales[k]) > hn::Abs(extreme), scales[k], extreme);
    }
    const auto scale = extreme / set(-32.0f);
    const auto inverse = finite_reciprocal(scale);
    auto high = hn::Zero(kInts);
    auto low = hn::Zero(kInts);
    for (std::size_t k = 0; k < kXsParts; ++k) {
        const auto factor = clamp(round_even(inverse * scales[k]), -32.0f, 31.0f);
        put_codes(x.from(kPart * k), scale * factor, 2 + 4 * k, words);
        const auto stored = hn::ConvertTo(kInts, factor + set(32.0f));
        const auto at = static_cast<int>(k);
        low = hn::Or(low, hn::ShiftLeftSame(hn::And(stored, hn::Set(kInts, 15)), 4 * at));
        high = hn::Or(high, hn::ShiftLeftSame(hn::ShiftRight<4>(stored), 2 * at));
    }
    const auto half = hn::BitCast(kInts, float_to_half_bits(kFloats, scale));
    words.put(0, hn::Or(half, hn::ShiftLeft<16>(high)));
    words.put(1, low);
}

void encode_xs(const BlockRun& run) {
    const std::size_t bytes = traits(DType::iq4_xs).block_bytes;
    FloatTile<kXsBlock> w;
    FloatTile<kXsParts> scales;
    WordTile<34> words;
    for_each_tile<kXsBlock>(
        run, [&](const FloatTile<kXsBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            weigh(run, block, used, x, w);
            for (std::size_t k = 0; k < kXsParts; ++k) {
                scales.put(k, fit_scale(x.from(kPart * k), w.from(kPart * k)));
            }
            put_xs_block(x, scales, words);
            for (std::size_t lane = 0; lane < used; ++lane) {
                words.copy(lane, 0, 34, run.out + (block + lane) * bytes);
            }
        });
}

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128

void decode_nl(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::iq4_nl, bytes, blocks, out);
}
void decode_xs(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_plainly(DType::iq4_xs, bytes, blocks, out);
}

#else

alignas(16) constexpr std::int8_t kByteLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                     1,    13,   25,  38,  53,  69,  89,  113};

void decode_nl(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::iq4_nl).block_bytes;
    const auto table = hn::Load(kLevels16, kByteLevels);
    for_each_scale(bytes, stride, 0, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        decode_nibbles(table, bytes + i * stride + 2, scale, out + i * kPart);
    });
}

void decode_xs(const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t stride = traits(DType::iq4_xs).block_bytes;
    const auto table = hn::Load(kLevels16, kByteLevels);
    for_each_scale(bytes, stride, 0, blocks, [&](std::size_t i, float scale) HWY_ATTR {
        const std::byte* block = bytes + i * stride;
        std::uint16_t high = 0;
        std::uint32_t low = 0;
        std::memcpy(&high, block + 2, sizeof high);
        std::memcpy(&low, block + 4, sizeof low);
        for (std::size_t k = 0; k < kXsParts; ++k) {
            const std::uint32_t factor = (low >> 4 * k & 15u) | (high >> 2 * k & 3u) << 4;
            decode_nibbles(table, block + 8 + kPart / 2 * k,
                           scale * (static_cast<float>(factor) - 32.0f),
                           out + i * kXsBlock + kPart * k);
        }
    });
}

#endif

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_nl);
HWY_EXPORT(encode_xs);
HWY_EXPORT(decode_nl);
HWY_EXPORT(decode_xs);

void encode_iq4_nl(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_nl)(run); }
void encode_iq4_xs(const BlockRun& run) { HWY_DYNAMIC_DISPATCH(encode_xs)(run); }
void decode_iq4_nl(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_nl)(bytes, blocks, out);
}
void decode_iq4_xs(const std::byte* bytes, std::size_t blocks, float* out) {
    HWY_DYNAMIC_DISPATCH(decode_xs)(bytes, blocks, out);
}

}  // namespace ql
#endif  // HWY_ONCE
