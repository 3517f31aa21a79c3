#include "core/grids/reference_blocks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/tensor/convert.h"

namespace ql {

namespace {

void store_half(float value, std::byte* out) {
    const std::uint16_t bits = float_to_half(value);
    std::memcpy(out, &bits, sizeof bits);
}

float load_half(const std::byte* src) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, src, sizeof bits);
    return half_to_float(bits);
}

// 1 / scale, or 0 where the block has to be stored as zeros.
float reciprocal(float scale) {
    const float inverse = 1.0f / scale;
    return std::isfinite(inverse) ? inverse : 0.0f;
}

// value * inverse + shift, cut to an integer in 0..largest.
int cut_code(float value, float inverse, float shift, int largest) {
    const float position = value * inverse + shift;
    return position < static_cast<float>(largest) ? static_cast<int>(position) : largest;
}

// Two codes of 4 bits in a byte: value j in the low half of byte j, value j + 16 in the high half.
void store_nibbles(const int* codes, std::byte* out) {
    for (std::size_t j = 0; j < kBlockValues / 2; ++j) {
        out[j] = static_cast<std::byte>((codes[j] & 15) | (codes[j + 16] & 15) << 4);
    }
}

void load_nibbles(const std::byte* src, int* codes) {
    for (std::size_t j = 0; j < kBlockValues / 2; ++j) {
        codes[j] = std::to_integer<int>(src[j] & std::byte{15});
        codes[j + 16] = std::to_integer<int>(src[j] >> 4);
    }
}

// The fifth bits of all codes: that of value j is bit j of a 32-bit word.
void store_fifth_bits(const int* codes, std::byte* out) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        word |= static_cast<std::uint32_t>(codes[j] >> 4) << j;
    }
    std::memcpy(out, &word, sizeof word);
}

void load_fifth_bits(const std::byte* src, int* codes) {
    std::uint32_t word = 0;
    std::memcpy(&word, src, sizeof word);
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        codes[j] |= static_cast<int>(word >> j & 1u) << 4;
    }
}

// Q4_0 and Q5_0: the weight of largest magnitude (the first of equals), with its sign, gets code 0,
// so the scale has the opposite sign.
float encode_signed_extreme(const float* values, int half_range, int* codes) {
    float extreme = 0;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        if (std::fabs(values[j]) > std::fabs(extreme)) {
            extreme = values[j];
        }
    }
    const float scale = extreme / static_cast<float>(-half_range);
    const float inverse = reciprocal(scale);
    const float shift = static_cast<float>(half_range) + 0.5f;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        codes[j] = cut_code(values[j], inverse, shift, 2 * half_range - 1);
    }
    return scale;
}

struct ScaleAndMinimum {
    float scale;
    float minimum;
};

// Q4_1 and Q5_1: codes 0..largest span the block's smallest to largest weight.
ScaleAndMinimum encode_range(const float* values, int largest, int* codes) {
    float lo = values[0];
    float hi = values[0];
    for (std::size_t j = 1; j < kBlockValues; ++j) {
        lo = values[j] < lo ? values[j] : lo;
        hi = values[j] > hi ? values[j] : hi;
    }
    const float scale = (hi - lo) / static_cast<float>(largest);
    const float inverse = std::isfinite(scale) ? reciprocal(scale) : 0.0f;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        codes[j] = inverse == 0 ? 0 : cut_code(values[j] - lo, inverse, 0.5f, largest);
    }
    return {scale, lo};
}

// Q8_0: symmetric codes -127..127, halves rounded away from zero.
float encode_symmetric(const float* values, std::byte* codes) {
    float largest = 0;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        largest = std::max(largest, std::fabs(values[j]));
    }
    const float scale = largest / 127.0f;
    const float inverse = reciprocal(scale);
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        const float code = std::round(values[j] * inverse);
        codes[j] = static_cast<std::byte>(static_cast<std::int8_t>(code));
    }
    return scale;
}

void encode_block(DType dtype, const float* values, std::byte* out) {
    int codes[kBlockValues];
    switch (dtype) {
        case DType::q4_0:
            store_half(encode_signed_extreme(values, 8, codes), out);
            return store_nibbles(codes, out + 2);
        case DType::q5_0:
            store_half(encode_signed_extreme(values, 16, codes), out);
            store_fifth_bits(codes, out + 2);
            return store_nibbles(codes, out + 6);
        case DType::q4_1:
        case DType::q5_1: {
            const int largest = dtype == DType::q4_1 ? 15 : 31;
            const ScaleAndMinimum fit = encode_range(values, largest, codes);
            store_half(fit.scale, out);
            store_half(fit.minimum, out + 2);
            if (dtype == DType::q4_1) {
                return store_nibbles(codes, out + 4);
            }
            store_fifth_bits(codes, out + 4);
            return store_nibbles(codes, out + 8);
        }
        default:
            return store_half(encode_symmetric(values, out + 2), out);
    }
}

// The parts of one stored block: value = scale * (code - zero) + offset.
struct BlockParts {
    float scale = 0;
    float offset = 0;
    int zero = 0;
    int codes[kBlockValues] = {};
};

BlockParts take_apart(DType dtype, const std::byte* block) {
    BlockParts parts;
    parts.scale = load_half(block);
    switch (dtype) {
        case DType::q4_0:
            parts.zero = 8;
            load_nibbles(block + 2, parts.codes);
            break;
        case DType::q5_0:
            parts.zero = 16;
            load_nibbles(block + 6, parts.codes);
            load_fifth_bits(block + 2, parts.codes);
            break;
        case DType::q4_1:
            parts.offset = load_half(block + 2);
            load_nibbles(block + 4, parts.codes);
            break;
        case DType::q5_1:
            parts.offset = load_half(block + 2);
            load_nibbles(block + 8, parts.codes);
            load_fifth_bits(block + 4, parts.codes);
            break;
        default:
            for (std::size_t j = 0; j < kBlockValues; ++j) {
                parts.codes[j] = static_cast<std::int8_t>(std::to_integer<int>(block[2 + j]));
            }
    }
    return parts;
}

}  // namespace

bool is_block_of_32(DType dtype) {
    switch (dtype) {
        case DType::q4_0:
        case DType::q4_1:
        case DType::q5_0:
        case DType::q5_1:
        case DType::q8_0:
            return true;
        default:
            return false;
    }
}

void reference_encode(DType dtype, const float* values, std::size_t blocks, std::byte* out) {
    const std::size_t block_bytes = traits(dtype).block_bytes;
    for (std::size_t i = 0; i < blocks; ++i) {
        encode_block(dtype, values + i * kBlockValues, out + i * block_bytes);
    }
}

void reference_decode(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t block_bytes = traits(dtype).block_bytes;
    const bool has_offset = dtype == DType::q4_1 || dtype == DType::q5_1;
    for (std::size_t i = 0; i < blocks; ++i) {
        const BlockParts parts = take_apart(dtype, bytes + i * block_bytes);
        for (std::size_t j = 0; j < kBlockValues; ++j) {
            const float product = parts.scale * static_cast<float>(parts.codes[j] - parts.zero);
            // Adding an offset of 0 would turn a product of -0 into +0.
            out[i * kBlockValues + j] = has_offset ? product + parts.offset : product;
        }
    }
}

}  // namespace ql
