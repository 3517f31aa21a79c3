#include "core/grids/reference_blocks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/grids/block_layout.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

// 1 / scale, or 0 where the block has to be stored as zeros.
float reciprocal(float scale) {
    const float inverse = 1.0f / scale;
    return std::isfinite(inverse) ? inverse : 0.0f;
}

// value * inverse + shift, cut to an integer in 0..largest.
std::uint8_t cut_code(float value, float inverse, float shift, int largest) {
    const float position = value * inverse + shift;
    return static_cast<std::uint8_t>(
        position < static_cast<float>(largest) ? static_cast<int>(position) : largest);
}

// Q4_0 and Q5_0: the weight of largest magnitude (the first of equals), with its sign, gets code 0,
// so the scale has the opposite sign.
float encode_signed_extreme(const float* values, int half_range, std::uint8_t* codes) {
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
ScaleAndMinimum encode_range(const float* values, int largest, std::uint8_t* codes) {
    float lo = values[0];
    float hi = values[0];
    for (std::size_t j = 1; j < kBlockValues; ++j) {
        lo = values[j] < lo ? values[j] : lo;
        hi = values[j] > hi ? values[j] : hi;
    }
    const float scale = (hi - lo) / static_cast<float>(largest);
    const float inverse = std::isfinite(scale) ? reciprocal(scale) : 0.0f;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        codes[j] =
            inverse == 0 ? std::uint8_t{0} : cut_code(values[j] - lo, inverse, 0.5f, largest);
    }
    return {scale, lo};
}

// Q8_0: symmetric codes -127..127, halves rounded away from zero.
float encode_symmetric(const float* values, std::uint8_t* codes) {
    float largest = 0;
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        largest = std::max(largest, std::fabs(values[j]));
    }
    const float scale = largest / 127.0f;
    const float inverse = reciprocal(scale);
    for (std::size_t j = 0; j < kBlockValues; ++j) {
        const float code = std::round(values[j] * inverse);
        codes[j] = static_cast<std::uint8_t>(static_cast<std::int8_t>(code));
    }
    return scale;
}

void encode_block(DType dtype, const float* values, std::byte* out) {
    StoredBlock block;
    std::uint8_t* codes = block.codes.data();
    switch (dtype) {
        case DType::q4_0:
        case DType::q5_0: {
            const int half_range = dtype == DType::q4_0 ? 8 : 16;
            block.scale = float_to_half(encode_signed_extreme(values, half_range, codes));
            break;
        }
        case DType::q4_1:
        case DType::q5_1: {
            const int largest = dtype == DType::q4_1 ? 15 : 31;
            const ScaleAndMinimum fit = encode_range(values, largest, codes);
            block.scale = float_to_half(fit.scale);
            block.minimum = float_to_half(fit.minimum);
            break;
        }
        default:
            block.scale = float_to_half(encode_symmetric(values, codes));
            break;
    }
    pack_block(dtype, block, out);
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
    decode_plainly(dtype, bytes, blocks, out);
}

}  // namespace ql
