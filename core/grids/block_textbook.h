#pragma once

#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/grids/block_fields.h"
#include "core/grids/fit.h"

namespace ql {

/// What a block format computes, for people to read beside the bits.
struct BlockNotes {
    std::string_view formula;  ///< "w = d · (q − 8)"; q is the code, the same in every language
    Sentence origin;           ///< where scale and minimum come from
    Sentence textbook;         ///< the simplified fit that textbook_values() makes
};

/// The notes of a block that was made with `fit`.
BlockNotes block_notes(const BlockAnatomy& anatomy, const Fit& fit = {});

/// What the textbook's quantizer makes of the originals of a block (BlockAnatomy::values of them):
/// codes of as many bits, rounded to nearest (ties to even), with scales that stay float, one for
/// each sub-block. Formats with minima: scale (max - min)/(2^b - 1), offset min. The others:
/// scale max|w|/(2^(b-1) - 1), no offset; with b = 1: the sign times max|w|. Source: the usual
/// max-abs and min-max quantizers of surveys.
std::vector<float> textbook_values(const BlockAnatomy& anatomy, const float* originals);

}  // namespace ql
