// What encoders and decoders of the small block formats share: runs of blocks as tiles (one block
// in every lane), codes packed to words, and codes of stored blocks as levels to be scaled. For
// inclusion by kernels that are compiled once for every SIMD target (Highway's foreach_target).
#if defined(QL_CORE_GRIDS_BLOCK_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef QL_CORE_GRIDS_BLOCK_TILES_INL_H_
#undef QL_CORE_GRIDS_BLOCK_TILES_INL_H_
#else
#define QL_CORE_GRIDS_BLOCK_TILES_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/grids/block_format.h"
#include "core/grids/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace ql::HWY_NAMESPACE {

/// One 32-bit word for each of `kCount` places in every lane's block.
template <std::size_t kCount>
struct WordTile {
    HWY_ALIGN std::uint32_t at[kCount][kLanes];

    HWY_INLINE void put(std::size_t i, WordVec value) { hn::Store(value, kWords, at[i]); }
    HWY_INLINE void put(std::size_t i, IntVec value) { put(i, hn::BitCast(kWords, value)); }

    /// Words first .. first + count - 1 of a lane, little-endian, one after another.
    HWY_INLINE void copy(std::size_t lane, std::size_t first, std::size_t count,
                         std::byte* out) const {
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(out + 4 * i, &at[first + i][lane], 4);
        }
    }
    /// The low 16 bits of a word of a lane.
    HWY_INLINE void copy_half(std::size_t lane, std::size_t i, std::byte* out) const {
        std::memcpy(out, &at[i][lane], 2);
    }
};

/// Calls encode(tile, first block, used lanes) for all blocks of a run.
template <std::size_t kBlockValues, class Encode>
HWY_INLINE void for_each_tile(const BlockRun& run, const Encode& encode) {
    FloatTile<kBlockValues> tile;
    for (std::size_t block = 0; block < run.blocks; block += kLanes) {
        const std::size_t used = std::min(kLanes, run.blocks - block);
        load_tile(tile, used,
                  [&](std::size_t lane) { return run.values + (block + lane) * kBlockValues; });
        encode(tile, block, used);
    }
}

/// The importance of the values of the blocks from `block` on.
template <std::size_t kBlockValues>
HWY_INLINE void load_importance(const BlockRun& run, std::size_t block, std::size_t used,
                                FloatTile<kBlockValues>& tile) {
    load_tile(tile, used,
              [&](std::size_t lane) { return run.importance_of(block + lane, kBlockValues); });
}

/// table[index] for indices below kEntries, a power of two up to 16. The table has 16 entries, of
/// which the others do not matter.
template <std::size_t kEntries>
HWY_INLINE FloatVec lookup(const float* table, IntVec index) {
    if constexpr (kEntries <= kLanes) {
        return hn::TableLookupLanes(hn::Load(kFloats, table), hn::IndicesFromVec(kFloats, index));
    } else {
        constexpr std::size_t kHalf = kEntries / 2;
        const auto last = hn::Set(kInts, static_cast<std::int32_t>(kHalf - 1));
        const auto rest = hn::And(index, last);
        return hn::IfThenElse(hn::RebindMask(kFloats, index > last),
                              lookup<kHalf>(table + kHalf, rest), lookup<kHalf>(table, rest));
    }
}

template <std::size_t kCount>
HWY_INLINE FloatVec largest_magnitude(FloatRows x) {
    auto largest = hn::Abs(x[0]);
    for (std::size_t j = 1; j < kCount; ++j) {
        largest = hn::Max(largest, hn::Abs(x[j]));
    }
    return largest;
}

/// 1 / scale, or 0 where that overflows: the block then counts as zeros.
HWY_INLINE FloatVec finite_reciprocal(FloatVec scale) {
    const auto inverse = set(1.0f) / scale;
    return hn::IfThenElseZero(hn::IsFinite(inverse), inverse);
}

/// Codes of 4 bits as bytes 4i .. 4i + 3: in the low half of byte j the code of value first + j,
/// in its high half that of value first + distance + j.
template <class CodeOf>
HWY_INLINE IntVec nibble_word(std::size_t first, std::size_t distance, const CodeOf& code_of) {
    auto word = hn::Zero(kInts);
    for (std::size_t j = 0; j < 4; ++j) {
        const int shift = static_cast<int>(8 * j);
        word = hn::Or(word, hn::ShiftLeftSame(code_of(first + j), shift));
        word = hn::Or(word, hn::ShiftLeftSame(code_of(first + distance + j), shift + 4));
    }
    return word;
}

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128

constexpr hn::CappedTag<std::uint8_t, 16> kBytes16;
constexpr hn::CappedTag<std::int8_t, 16> kLevels16;
using Levels16 = hn::VFromD<decltype(kLevels16)>;

/// Levels of 4-bit codes from a table of 16.
HWY_INLINE Levels16 low_nibble_levels(Levels16 table, hn::VFromD<decltype(kBytes16)> bytes) {
    return hn::TableLookupBytes(table,
                                hn::BitCast(kLevels16, hn::And(bytes, hn::Set(kBytes16, 15))));
}
HWY_INLINE Levels16 high_nibble_levels(Levels16 table, hn::VFromD<decltype(kBytes16)> bytes) {
    return hn::TableLookupBytes(table, hn::BitCast(kLevels16, hn::ShiftRight<4>(bytes)));
}

/// out[j] = scale * levels[j].
HWY_INLINE void scale_levels(const std::int8_t* levels, std::size_t count, float scale,
                             float* out) {
    constexpr hn::Rebind<std::int8_t, Floats> kLaneBytes;
    const auto factor = set(scale);
    for (std::size_t j = 0; j < count; j += kLanes) {
        const auto level = hn::PromoteTo(kInts, hn::LoadU(kLaneBytes, levels + j));
        hn::StoreU(factor * hn::ConvertTo(kFloats, level), kFloats, out + j);
    }
}

HWY_INLINE hn::VFromD<decltype(kBytes16)> load_bytes(const std::byte* bytes) {
    return hn::LoadU(kBytes16, reinterpret_cast<const std::uint8_t*>(bytes));
}

/// 32 values: byte j has value j in its low half and value j + 16 in its high half.
HWY_INLINE void decode_nibbles(Levels16 table, const std::byte* codes, float scale, float* out) {
    const auto bytes = load_bytes(codes);
    HWY_ALIGN std::int8_t levels[32];
    hn::Store(low_nibble_levels(table, bytes), kLevels16, levels);
    hn::Store(high_nibble_levels(table, bytes), kLevels16, levels + 16);
    scale_levels(levels, 32, scale, out);
}

/// Calls decode(block, scale) for all blocks, whose scales are halves `offset` bytes into them.
template <class Decode>
HWY_INLINE void for_each_scale(const std::byte* bytes, std::size_t stride, std::size_t offset,
                               std::size_t blocks, const Decode& decode) {
    HWY_ALIGN std::uint32_t bits[kLanes] = {};
    HWY_ALIGN float scales[kLanes];
    for (std::size_t block = 0; block < blocks; block += kLanes) {
        const std::size_t used = std::min(kLanes, blocks - block);
        for (std::size_t i = 0; i < used; ++i) {
            std::memcpy(&bits[i], bytes + (block + i) * stride + offset, 2);
        }
        hn::Store(half_bits_to_float(kFloats, hn::Load(kWords, bits)), kFloats, scales);
        for (std::size_t i = 0; i < used; ++i) {
            decode(block + i, scales[i]);
        }
    }
}

#endif

}  // namespace ql::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
