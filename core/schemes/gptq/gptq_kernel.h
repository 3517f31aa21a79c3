// The innermost loop of GPTQ. Only for core/schemes/gptq.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/grids/span_codec.h"

namespace ql::gptq {

inline constexpr std::int64_t kStripRows = 32;      ///< rows that are worked on together
inline constexpr std::int64_t kBlockColumns = 128;  ///< of a lazy block, at most

/// What the columns of a part decode with, for every row of a tile: each array has one entry a row.
struct TileParameters {
    const float* scale = nullptr;
    const float* zero = nullptr;
    const float* offset = nullptr;
};

/// kStripRows rows of a lazy block: columns lie one after another, with `stride` values from one to
/// the next, and kStripRows neighbouring ones of each belong to the strip.
struct Strip {
    std::int64_t columns = 0;  ///< at most kBlockColumns
    std::int64_t stride = 0;
    /// What the columns carry so far; with a correction it gets what they carried when they were
    /// rounded.
    float* weights = nullptr;
    const TileParameters* parameters = nullptr;  ///< of each column, from the strip's first row on
    const float* upper = nullptr;  ///< U from the block's first row and column on; null: no errors
                                   ///< are passed on
    /// GptqFactor::correction likewise, or null; only with U.
    const float* correction = nullptr;
    std::int64_t factor_stride = 0;  ///< from a row of these to the next
    float* errors = nullptr;         ///< gets (w - ŵ) / U_ii, or w - ŵ without U
    std::uint8_t* codes = nullptr;   ///< gets the codes
};

/// Rounds the columns of a strip one after the other; each passes its error (and what
/// the correction says) on to those after it in the block. The same bits at any width of vectors.
void round_strip(const SpanShape& shape, const Strip& strip);

}  // namespace ql::gptq
