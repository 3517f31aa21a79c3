#include "core/grids/search_k.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/grids/block_layout.h"
#include "core/grids/k_layout.h"
#include "core/grids/search_result.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/grids/search_k.cpp"
// foreach_target stands before highway.h: it includes this file again for every target.
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/grids/search_k_minimum-inl.h"
#include "core/grids/search_k_signed-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

// Calls put(lane, number) with the integers of a vector.
template <class Put>
HWY_INLINE void for_each_integer(FloatVec values, std::size_t used, const Put& put) {
    HWY_ALIGN std::int32_t lanes[kLanes];
    hn::Store(hn::ConvertTo(kInts, values), kInts, lanes);
    for (std::size_t lane = 0; lane < used; ++lane) {
        put(lane, lanes[lane]);
    }
}

HWY_INLINE void put_half(WordVec bits, std::size_t used, std::uint16_t KBlock::*field,
                         std::array<KBlock, kLanes>& out) {
    HWY_ALIGN std::uint32_t lanes[kLanes];
    hn::Store(bits, kWords, lanes);
    for (std::size_t lane = 0; lane < used; ++lane) {
        out[lane].*field = static_cast<std::uint16_t>(lanes[lane]);
    }
}

template <class Search>
HWY_INLINE void put_scales_and_codes(const Search& search, const typename Search::Result& found,
                                     std::size_t used, std::array<KBlock, kLanes>& out) {
    for (std::size_t k = 0; k < Search::kSubs; ++k) {
        for_each_integer(found.scales[k], used, [&](std::size_t lane, std::int32_t scale) {
            out[lane].scales[k] = static_cast<std::int8_t>(scale);
        });
    }
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        for_each_integer(search.code_of(found, j), used, [&](std::size_t lane, std::int32_t code) {
            out[lane].codes[j] = static_cast<std::int8_t>(code);
        });
    }
}

template <int kSub, int kMaxCode, int kMaxScale, class Blocks>
HWY_NOINLINE void search_k_minimum(const Blocks& blocks, const MinimumEffort& effort,
                                   std::size_t used, std::array<KBlock, kLanes>& out) {
    using Search = MinimumSearch<Blocks, kSub, kMaxCode, kMaxScale>;
    Search search(blocks, effort);
    typename Search::Result found;
    search.run(found);
    put_half(blocks.half_bits(found.d), used, &KBlock::d, out);
    put_half(blocks.half_bits(found.dmin), used, &KBlock::dmin, out);
    for (std::size_t k = 0; k < Search::kSubs; ++k) {
        for_each_integer(found.minima[k], used, [&](std::size_t lane, std::int32_t minimum) {
            out[lane].mins[k] = static_cast<std::uint8_t>(minimum);
        });
    }
    put_scales_and_codes(search, found, used, out);
}

template <int kSub, class Codes, int kLowestScale, class Blocks>
HWY_NOINLINE void search_signed(const Blocks& blocks, const SignedEffort& effort, std::size_t used,
                                std::array<KBlock, kLanes>& out) {
    using Search = SignedSearch<Blocks, kSub, Codes, kLowestScale>;
    Search search(blocks, effort);
    typename Search::Result found;
    search.run(found);
    put_half(blocks.half_bits(found.d), used, &KBlock::d, out);
    put_scales_and_codes(search, found, used, out);
}

template <class Blocks>
void search_k_blocks(DType dtype, const Blocks& blocks, std::size_t used,
                     std::array<KBlock, kLanes>& out) {
    constexpr bool weighted = Blocks::kWeighted;
    switch (dtype) {
        case DType::q2_k:
            return search_k_minimum<16, 3, 15>(blocks, weighted ? kWeightedEffortQ2 : kEffortQ2,
                                               used, out);
        case DType::q4_k:
            return search_k_minimum<32, 15, 63>(blocks, weighted ? kWeightedEffortQ4 : kEffortQ4,
                                                used, out);
        case DType::q5_k:
            return search_k_minimum<32, 31, 63>(blocks, weighted ? kWeightedEffortQ5 : kEffortQ5,
                                                used, out);
        case DType::q3_k:
            return search_signed<16, IntegerCodes<-4, 3>, -32>(
                blocks, weighted ? kWeightedEffortQ3 : kEffortQ3, used, out);
        case DType::q6_k:
            return search_signed<16, IntegerCodes<-32, 31>, -128>(
                blocks, weighted ? kWeightedEffortQ6 : kEffortQ6, used, out);
        default:
            return search_signed<32, Iq4Codes, -32>(
                blocks, weighted ? kWeightedEffortIq4 : kEffortIq4, used, out);
    }
}

// The codes of IQ4_XS are held as the levels that they stand for.
void pack_iq4_xs(const KBlock& block, std::byte* out) {
    StoredBlock stored;
    stored.scale = block.d;
    for (std::size_t k = 0; k < stored.part_scales.size(); ++k) {
        stored.part_scales[k] = static_cast<std::uint8_t>(block.scales[k] + 32);
    }
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        const auto level = std::lower_bound(kIq4Values.begin(), kIq4Values.end(),
                                            static_cast<float>(block.codes[j]));
        stored.codes[j] = static_cast<std::uint8_t>(level - kIq4Values.begin());
    }
    pack_block(DType::iq4_xs, stored, out);
}

template <class Blocks>
void search_super_blocks(DType dtype, const BlockRun& run) {
    const BlockFormat& format = *block_format(dtype);
    const std::size_t block_bytes = traits(dtype).block_bytes;
    format.encode(run);
    typename Blocks::Tile tile;
    std::array<KBlock, kLanes> found;
    std::vector<std::byte> bytes(kLanes * block_bytes);
    for (std::size_t first = 0; first < run.blocks; first += kLanes) {
        const std::size_t used = std::min(kLanes, run.blocks - first);
        tile.load(
            used, [&](std::size_t lane) { return run.values + (first + lane) * kSuperBlockValues; },
            [&](std::size_t lane) { return run.importance_of(first + lane, kSuperBlockValues); });
        search_k_blocks(dtype, Blocks(tile), used, found);
        for (std::size_t lane = 0; lane < used; ++lane) {
            std::byte* out = bytes.data() + lane * block_bytes;
            if (dtype == DType::iq4_xs) {
                pack_iq4_xs(found[lane], out);
            } else {
                pack_k_block(dtype, found[lane], out);
            }
        }
        keep_better(format, run, first, used, bytes.data());
    }
}

void search_k_all(DType dtype, const BlockRun& run) {
    if (run.importance == nullptr) {
        search_super_blocks<SuperBlocks<false>>(dtype, run);
    } else {
        search_super_blocks<SuperBlocks<true>>(dtype, run);
    }
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ql {

HWY_EXPORT(search_k_all);

void search_k(DType dtype, const BlockRun& run) { HWY_DYNAMIC_DISPATCH(search_k_all)(dtype, run); }

}  // namespace ql
#endif  // HWY_ONCE
