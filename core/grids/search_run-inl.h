// How a search of groups in lanes becomes the search of a block format. A class `Search` finds the
// codes of kLanes groups of values:
//   Tile            the SearchTile that holds them
//   Search(tile)    does the work; the tile may be changed
//   scale_bits()    the scale as stored
//   minimum_bits()  the minimum as stored, where the format has one
//   code(j)         the code of value j
// For inclusion by kernels that are compiled once for every SIMD target.
#if defined(QL_CORE_GRIDS_SEARCH_RUN_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_SEARCH_RUN_INL_H_
#undef QL_CORE_GRIDS_SEARCH_RUN_INL_H_
#else
#define QL_CORE_GRIDS_SEARCH_RUN_INL_H_
#endif

#include <algorithm>
#include <array>
#include <vector>

#include "core/grids/block_layout.h"
#include "core/grids/search_lanes-inl.h"
#include "core/grids/search_result.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// Calls put(lane, word) for the lanes of the first `used` blocks.
template <class Put>
HWY_INLINE void for_each_lane(WordVec words, std::size_t used, const Put& put) {
    HWY_ALIGN std::array<std::uint32_t, kLanes> lanes;
    hn::Store(words, kWords, lanes.data());
    for (std::size_t lane = 0; lane < used; ++lane) {
        put(lane, lanes[lane]);
    }
}

/// Writes what was found for group `part` of every block into its fields.
template <class Search>
HWY_INLINE void store_fields(const Search& found, std::size_t part, std::size_t used,
                             std::array<StoredBlock, kLanes>& blocks) {
    for_each_lane(found.scale_bits(), used, [&](std::size_t lane, std::uint32_t bits) {
        blocks[lane].scale = static_cast<std::uint16_t>(bits);
        blocks[lane].part_scales[part] = static_cast<std::uint8_t>(bits);
    });
    if constexpr (requires { found.minimum_bits(); }) {
        for_each_lane(found.minimum_bits(), used, [&](std::size_t lane, std::uint32_t bits) {
            blocks[lane].minimum = static_cast<std::uint16_t>(bits);
        });
    }
    for (std::size_t j = 0; j < Search::Tile::kCount; ++j) {
        const auto codes = hn::BitCast(kWords, found.code(j));
        for_each_lane(codes, used, [&](std::size_t lane, std::uint32_t code) {
            blocks[lane].codes[part * Search::Tile::kCount + j] = static_cast<std::uint8_t>(code);
        });
    }
}

/// Encodes by the format's reference, then searches, and keeps the better of both block by block.
template <class Search>
void search_all_of(DType dtype, const BlockRun& run) {
    const BlockFormat& format = *block_format(dtype);
    const std::size_t block_values = traits(dtype).block_values;
    const std::size_t block_bytes = traits(dtype).block_bytes;
    format.encode(run);
    typename Search::Tile tile;
    std::array<StoredBlock, kLanes> blocks;
    std::vector<std::byte> bytes(kLanes * block_bytes);
    for (std::size_t first = 0; first < run.blocks; first += kLanes) {
        const std::size_t used = std::min(kLanes, run.blocks - first);
        for (std::size_t at = 0; at < block_values; at += Search::Tile::kCount) {
            tile.load(
                used,
                [&](std::size_t lane) { return run.values + (first + lane) * block_values + at; },
                [&](std::size_t lane) {
                    return run.importance_of(first + lane, block_values) + at;
                });
            const Search found(tile);
            store_fields(found, at / Search::Tile::kCount, used, blocks);
        }
        for (std::size_t lane = 0; lane < used; ++lane) {
            pack_block(dtype, blocks[lane], bytes.data() + lane * block_bytes);
        }
        keep_better(format, run, first, used, bytes.data());
    }
}

template <class Plain, class Weighted>
void search_run(DType dtype, const BlockRun& run) {
    if (run.importance == nullptr) {
        search_all_of<Plain>(dtype, run);
    } else {
        search_all_of<Weighted>(dtype, run);
    }
}

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
