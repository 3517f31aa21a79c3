#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/grids/block_fields.h"

namespace ql {

/// What a stored block says about one of its values: decoded = scale * level + offset.
struct BlockValue {
    unsigned raw = 0;  ///< the bits of the code, low and high ones put together; a digit for TQ1_0
    int code = 0;      ///< the same as a number: signed for Q8_0
    float level = 0;   ///< what the code stands for: code - zero, or the entry of a table
    float scale = 0;   ///< of the block, times that of the sub-block
    float offset = 0;  ///< what is added; 0 for formats without minima
    float decoded = 0;
};

/// A stored block, taken apart.
struct BlockReading {
    std::vector<unsigned> raw;       ///< the integer of every field, as BlockAnatomy::fields
    std::vector<BlockValue> values;  ///< BlockAnatomy::values entries
};

/// The integer that the bits of a field make.
unsigned field_bits(const BlockField& field, const std::byte* block);

/// What that integer means: the number of a half, an integer less its zero. For codes see
/// BlockValue; digits are given as they are.
float field_meaning(const BlockField& field, unsigned raw);

/// Value `j` of a block, in plain code: the same bits as BlockFormat::decode. Any bytes are
/// accepted.
BlockValue read_value(const BlockAnatomy& anatomy, const std::byte* block, int j);

/// Stores the bits of the code of value `j` (BlockValue::raw), and nothing else. Precondition: the
/// format has a code for each value (no digits).
void write_code(const BlockAnatomy& anatomy, std::byte* block, int j, unsigned raw);

/// Stores the integer of a field, which field_bits() would give.
void write_field(const BlockField& field, std::byte* block, unsigned raw);

/// The whole block.
BlockReading read_block(const BlockAnatomy& anatomy, const std::byte* block);

}  // namespace ql
