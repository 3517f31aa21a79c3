#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/tensor/dtype.h"

namespace ql {

/// What a field of a stored block says.
enum class FieldKind : std::uint8_t {
    scale,        ///< the scale of the whole block
    minimum,      ///< the minimum of the whole block, or what its sub-block minima are scaled by
    sub_scale,    ///< the scale of a sub-block
    sub_minimum,  ///< the minimum of a sub-block
    code,         ///< the code of one value, or the low bits of it
    code_high,    ///< the bits of the code of one value that stand above those of `code`
    digits,       ///< the codes of several values as one number of base 3
};

/// How the bits of a field are read as a number.
enum class FieldCoding : std::uint8_t {
    half,         ///< an IEEE half
    integer,      ///< an unsigned integer minus BlockField::zero
    signed_byte,  ///< two's complement
    e8m0,         ///< half of the power of two 2^(byte - 127), for levels of twice the E2M1 values
    e4m3,         ///< half of the unsigned E4M3 number, for the same levels
    ternary,      ///< digits of base 3: no number of its own
};

/// Neighbouring bits of a block.
struct BitRun {
    std::uint16_t first = 0;  ///< counted from the lowest bit of byte 0; may run over into the next
    std::uint8_t count = 0;
    std::uint8_t shift = 0;  ///< place of the first of them in the field's integer

    std::size_t byte() const { return first / 8; }
    int bit() const { return first % 8; }  ///< in that byte, 0 is the lowest
};

/// Values of a block: first, first + stride, ...
struct ValueSet {
    int first = 0;
    int count = 0;
    int stride = 1;

    int operator[](int i) const { return first + i * stride; }
    bool contains(int value) const {
        const int distance = value - first;
        return distance >= 0 && distance % stride == 0 && distance / stride < count;
    }
    bool operator==(const ValueSet&) const = default;
};

/// One number of a stored block, and where its bits are.
struct BlockField {
    FieldKind kind = FieldKind::code;
    FieldCoding coding = FieldCoding::integer;
    int zero = 0;     ///< FieldCoding::integer: the integer that means 0
    int number = 0;   ///< of the sub-block, value or group of digits; 0 for the whole block
    ValueSet values;  ///< the values it belongs to
    std::vector<BitRun> bits;

    int bit_count() const;
};

/// The fields that make one value: indices into BlockAnatomy::fields, -1 for none.
struct ValueFields {
    int scale = -1;
    int minimum = -1;
    int sub_scale = -1;
    int sub_minimum = -1;
    int code = -1;
    int code_high = -1;
    int digit = 0;  ///< which one, where `code` is a field of digits; the first is most significant
};

/// How the blocks of a ggml type are laid out, bit by bit. Value j of a block is
///     scale * level(code) + offset,
/// with scale = d * sub-scale and offset = m or -(dmin * sub-minimum), products in float.
/// Source: the GGUF format.
struct BlockAnatomy {
    DType dtype = DType::q4_0;
    int values = 0;
    int bytes = 0;
    int sub_values = 0;  ///< values that share scale and offset; `values` without sub-blocks
    int code_bits = 0;   ///< of one code; 0 for digits
    int code_min = 0;
    int code_max = 0;
    int zero = 0;                       ///< level = code - zero, where there is no table
    const float* table = nullptr;       ///< the levels of code_min .. code_max, or null
    std::vector<BlockField> fields;     ///< in the order of their first bits
    std::vector<ValueFields> of_value;  ///< `values` entries
    std::vector<std::uint16_t> of_bit;  ///< the field of every bit, 8 * bytes entries

    bool has_minimum() const { return of_value.front().minimum >= 0; }
    /// The number that a code stands for, before scaling.
    float level(int code) const {
        return table ? table[code - code_min] : static_cast<float>(code - zero);
    }
};

/// The layout of a type; null for types that have no blocks, or blocks that Quantloupe does not
/// decode. The object lives as long as the program.
const BlockAnatomy* block_anatomy(DType dtype);

}  // namespace ql
