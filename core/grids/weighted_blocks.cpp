#include "core/grids/weighted_blocks.h"

#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/weighted_blocks.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/block_tiles-inl.h"
#include "core/grids/k_fits-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {
namespace {

constexpr std::size_t kBlock = 32;
constexpr RangeSearch range_search(int bits) { return {(1 << bits) - 1, -0.9f, 0.05f, 36}; }

// Means of the squares of rows, summed one value after another, but of several rows at a time.
HWY_INLINE void mean_squares(const BlockRun& run, std::vector<float>& means) {
    const std::size_t cols = run.blocks_per_row * kBlock;
    const std::size_t rows = means.size();
    for (std::size_t row = 0; row < rows; row += kLanes) {
        const std::size_t used = std::min(kLanes, rows - row);
        auto squares = zero();
        for (std::size_t col = 0; col < cols; col += kBlock) {
            FloatTile<kBlock> x;
            load_tile(x, used,
                      [&](std::size_t lane) { return run.values + (row + lane) * cols + col; });
            for (std::size_t j = 0; j < kBlock; ++j) {
                squares = squares + x[j] * x[j];
            }
        }
        HWY_ALIGN float mean[kLanes];
        hn::Store(squares / set(static_cast<float>(cols)), kFloats, mean);
        std::copy_n(mean, used, means.begin() + static_cast<std::ptrdiff_t>(row));
    }
}

HWY_INLINE void weigh(const BlockRun& run, const std::vector<float>& means, std::size_t block,
                      std::size_t used, const FloatTile<kBlock>& x, FloatTile<kBlock>& w) {
    HWY_ALIGN float mean[kLanes] = {};
    for (std::size_t lane = 0; lane < used; ++lane) {
        mean[lane] = means[(block + lane) / run.blocks_per_row];
    }
    load_importance(run, block, used, w);
    const auto square = hn::Load(kFloats, mean);
    for (std::size_t j = 0; j < kBlock; ++j) {
        w.put(j, w[j] * hn::Sqrt(square + x[j] * x[j]));
    }
}

// The word of the fifth bits of all codes.
template <class CodeOf>
HWY_INLINE IntVec fifth_bits_word(const CodeOf& code_of) {
    auto word = hn::Zero(kInts);
    for (std::size_t j = 0; j < kBlock; ++j) {
        word = hn::Or(word, hn::ShiftLeftSame(hn::ShiftRight<4>(code_of(j)), static_cast<int>(j)));
    }
    return word;
}

// A block as words: the halves, the fifth bits if there are any, four words of low nibbles.
template <int kBits, class CodeOf>
HWY_INLINE void put_codes(const CodeOf& code_of, WordTile<6>& words) {
    if constexpr (kBits == 5) {
        words.put(1, fifth_bits_word(code_of));
    }
    const auto nibble = [&](std::size_t j)
                            HWY_ATTR { return hn::And(code_of(j), hn::Set(kInts, 15)); };
    for (std::size_t i = 0; i < 4; ++i) {
        words.put(2 + i, nibble_word(4 * i, kBlock / 2, nibble));
    }
}

template <bool kMinimum, int kBits>
HWY_INLINE void store_blocks(const WordTile<6>& words, std::size_t used, std::byte* out) {
    constexpr std::size_t kHalves = kMinimum ? 4 : 2;
    constexpr std::size_t kFirst = kBits == 5 ? 1 : 2;
    for (std::size_t lane = 0; lane < used; ++lane) {
        std::memcpy(out, &words.at[0][lane], kHalves);
        words.copy(lane, kFirst, 6 - kFirst, out + kHalves);
        out += kHalves + 4 * (6 - kFirst);
    }
}

template <int kBits>
HWY_INLINE void put_signed(const FloatTile<kBlock>& x, const FloatTile<kBlock>& w,
                           WordTile<6>& words) {
    constexpr int kLevels = 1 << (kBits - 1);
    const SignedFit fit = fit_signed<kBlock>(x.from(0), w.from(0), kLevels);
    words.put(0, float_to_half_bits(kFloats, fit.scale));
    put_codes<kBits>(
        [&](std::size_t j) HWY_ATTR {
            return hn::ConvertTo(kInts, code(fit, x[j], kLevels)) + hn::Set(kInts, kLevels);
        },
        words);
}

template <int kBits>
HWY_INLINE void put_range(const FloatTile<kBlock>& x, const FloatTile<kBlock>& w,
                          WordTile<6>& words) {
    constexpr RangeSearch kSearch = range_search(kBits);
    const RangeFit fit = fit_range<kBlock, false>(x.from(0), w.from(0), kSearch);
    const auto minimum = float_to_half_bits(kFloats, hn::Neg(fit.minimum));
    words.put(0, hn::Or(float_to_half_bits(kFloats, fit.scale), hn::ShiftLeft<16>(minimum)));
    put_codes<kBits>(
        [&](std::size_t j)
            HWY_ATTR { return hn::ConvertTo(kInts, code(fit, x[j], kSearch.highest)); },
        words);
}

template <bool kMinimum, int kBits>
HWY_INLINE void encode_all(const BlockRun& run, std::size_t block_bytes) {
    std::vector<float> means(run.blocks / run.blocks_per_row);
    mean_squares(run, means);
    FloatTile<kBlock> w;
    WordTile<6> words;
    for_each_tile<kBlock>(
        run, [&](const FloatTile<kBlock>& x, std::size_t block, std::size_t used) HWY_ATTR {
            weigh(run, means, block, used, x, w);
            if constexpr (kMinimum) {
                put_range<kBits>(x, w, words);
            } else {
                put_signed<kBits>(x, w, words);
            }
            store_blocks<kMinimum, kBits>(words, used, run.out + block * block_bytes);
        });
}

void encode_with_importance(DType dtype, const BlockRun& run) {
    if (run.blocks == 0) {
        return;
    }
    const std::size_t bytes = traits(dtype).block_bytes;
    switch (dtype) {
        case DType::q4_0:
            return encode_all<false, 4>(run, bytes);
        case DType::q4_1:
            return encode_all<true, 4>(run, bytes);
        case DType::q5_0:
            return encode_all<false, 5>(run, bytes);
        default:
            return encode_all<true, 5>(run, bytes);
    }
}

}  // namespace
}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(encode_with_importance);

void encode_weighted(DType dtype, const BlockRun& run) {
    HWY_DYNAMIC_DISPATCH(encode_with_importance)(dtype, run);
}

}  // namespace ql
#endif  // HWY_ONCE
