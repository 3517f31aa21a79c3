#include "core/grids/k_layout.h"

#include <cstring>

#include "core/grids/k_offsets.h"

namespace ql {

namespace {

using Byte = std::uint8_t;

void put_half(std::uint16_t half, Byte* out) { std::memcpy(out, &half, sizeof half); }

std::uint16_t half_at(const Byte* bytes) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes, sizeof half);
    return half;
}

// All formats spread a field of kWidth bits of every code over bytes in the same way: a byte holds
// the fields of codes that are kDistance apart, the first in its lowest bits.
template <int kWidth, std::size_t kDistance>
void pack_fields(const Byte* codes, int lowest_bit, Byte* out) {
    constexpr std::size_t kPerByte = 8 / kWidth;
    for (std::size_t begin = 0; begin < kSuperBlockValues; begin += kPerByte * kDistance) {
        for (std::size_t l = 0; l < kDistance; ++l) {
            unsigned byte = 0;
            for (std::size_t s = 0; s < kPerByte; ++s) {
                const unsigned code = codes[begin + s * kDistance + l];
                byte |= (code >> lowest_bit & ((1u << kWidth) - 1)) << (kWidth * s);
            }
            *out++ = static_cast<Byte>(byte);
        }
    }
}

template <int kWidth, std::size_t kDistance>
void unpack_fields(const Byte* bytes, int lowest_bit, Byte* codes) {
    constexpr std::size_t kPerByte = 8 / kWidth;
    for (std::size_t begin = 0; begin < kSuperBlockValues; begin += kPerByte * kDistance) {
        for (std::size_t l = 0; l < kDistance; ++l) {
            const unsigned byte = *bytes++;
            for (std::size_t s = 0; s < kPerByte; ++s) {
                const unsigned field = byte >> (kWidth * s) & ((1u << kWidth) - 1);
                Byte& code = codes[begin + s * kDistance + l];
                code = static_cast<Byte>(code | field << lowest_bit);
            }
        }
    }
}

void pack_q2_scales(const KBlock& block, Byte* out) {
    for (std::size_t k = 0; k < 16; ++k) {
        out[k] = static_cast<Byte>(block.scales[k] | block.mins[k] << 4);
    }
}

void unpack_q2_scales(const Byte* bytes, KBlock& block) {
    for (std::size_t k = 0; k < 16; ++k) {
        block.scales[k] = static_cast<std::int8_t>(bytes[k] & 15);
        block.mins[k] = static_cast<Byte>(bytes[k] >> 4);
    }
}

// Sixteen numbers of 6 bits: nibbles in 8 bytes, then the two high bits of four numbers in a byte.
void pack_q3_scales(const KBlock& block, Byte* out) {
    std::memset(out, 0, 12);
    for (std::size_t k = 0; k < 16; ++k) {
        const int stored = block.scales[k] - q3_k::kLowestScale;
        Byte& low = out[k % 8];
        Byte& high = out[8 + k % 4];
        low = static_cast<Byte>(low | (stored & 15) << (k / 8 * 4));
        high = static_cast<Byte>(high | (stored >> 4) << (k / 4 * 2));
    }
}

void unpack_q3_scales(const Byte* bytes, KBlock& block) {
    for (std::size_t k = 0; k < 16; ++k) {
        const int low = bytes[k % 8] >> (k / 8 * 4) & 15;
        const int high = bytes[8 + k % 4] >> (k / 4 * 2) & 3;
        block.scales[k] = static_cast<std::int8_t>((low | high << 4) + q3_k::kLowestScale);
    }
}

// Eight scales and minima of 6 bits: the first four of each are whole, and have in their two high
// bits those of the last four, whose nibbles share the last four bytes.
void pack_q4_scales(const KBlock& block, Byte* out) {
    for (std::size_t k = 0; k < 4; ++k) {
        const auto scale = static_cast<Byte>(block.scales[k + 4]);
        const Byte minimum = block.mins[k + 4];
        out[k] = static_cast<Byte>(block.scales[k] | scale >> 4 << 6);
        out[k + 4] = static_cast<Byte>(block.mins[k] | minimum >> 4 << 6);
        out[k + 8] = static_cast<Byte>((scale & 15) | (minimum & 15) << 4);
    }
}

void unpack_q4_scales(const Byte* bytes, KBlock& block) {
    for (std::size_t k = 0; k < 4; ++k) {
        block.scales[k] = static_cast<std::int8_t>(bytes[k] & 63);
        block.mins[k] = static_cast<Byte>(bytes[k + 4] & 63);
        block.scales[k + 4] = static_cast<std::int8_t>((bytes[k + 8] & 15) | bytes[k] >> 6 << 4);
        block.mins[k + 4] = static_cast<Byte>(bytes[k + 8] >> 4 | bytes[k + 4] >> 6 << 4);
    }
}

}  // namespace

std::size_t sub_block_values(DType dtype) {
    return dtype == DType::q4_k || dtype == DType::q5_k ? 32 : 16;
}

void pack_k_block(DType dtype, const KBlock& block, std::byte* out) {
    auto* bytes = reinterpret_cast<Byte*>(out);
    Byte codes[kSuperBlockValues];
    const int lowest = lowest_k_code(dtype);
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        codes[j] = static_cast<Byte>(block.codes[j] - lowest);
    }
    if (dtype == DType::q2_k) {
        pack_q2_scales(block, bytes + q2_k::kScales);
        pack_fields<2, 32>(codes, 0, bytes + q2_k::kCodes);
        put_half(block.d, bytes + q2_k::kD);
        put_half(block.dmin, bytes + q2_k::kDmin);
    } else if (dtype == DType::q3_k) {
        pack_fields<1, 32>(codes, 2, bytes + q3_k::kThirdBits);
        pack_fields<2, 32>(codes, 0, bytes + q3_k::kCodes);
        pack_q3_scales(block, bytes + q3_k::kScales);
        put_half(block.d, bytes + q3_k::kD);
    } else if (dtype == DType::q6_k) {
        pack_fields<4, 64>(codes, 0, bytes + q6_k::kCodes);
        pack_fields<2, 32>(codes, 4, bytes + q6_k::kHighBits);
        std::memcpy(bytes + q6_k::kScales, block.scales, sizeof block.scales);
        put_half(block.d, bytes + q6_k::kD);
    } else {
        put_half(block.d, bytes + q4_k::kD);
        put_half(block.dmin, bytes + q4_k::kDmin);
        pack_q4_scales(block, bytes + q4_k::kScales);
        if (dtype == DType::q5_k) {
            pack_fields<1, 32>(codes, 4, bytes + q5_k::kFifthBits);
        }
        pack_fields<4, 32>(codes, 0, bytes + (dtype == DType::q5_k ? q5_k::kCodes : q4_k::kCodes));
    }
}

void unpack_k_parameters(DType dtype, const std::byte* packed, KBlock& block) {
    const auto* bytes = reinterpret_cast<const Byte*>(packed);
    if (dtype == DType::q2_k) {
        unpack_q2_scales(bytes + q2_k::kScales, block);
        block.d = half_at(bytes + q2_k::kD);
        block.dmin = half_at(bytes + q2_k::kDmin);
    } else if (dtype == DType::q3_k) {
        unpack_q3_scales(bytes + q3_k::kScales, block);
        block.d = half_at(bytes + q3_k::kD);
    } else if (dtype == DType::q6_k) {
        std::memcpy(block.scales, bytes + q6_k::kScales, sizeof block.scales);
        block.d = half_at(bytes + q6_k::kD);
    } else {
        block.d = half_at(bytes + q4_k::kD);
        block.dmin = half_at(bytes + q4_k::kDmin);
        unpack_q4_scales(bytes + q4_k::kScales, block);
    }
}

KBlock unpack_k_block(DType dtype, const std::byte* packed) {
    const auto* bytes = reinterpret_cast<const Byte*>(packed);
    KBlock block;
    unpack_k_parameters(dtype, packed, block);
    Byte codes[kSuperBlockValues] = {};
    if (dtype == DType::q2_k) {
        unpack_fields<2, 32>(bytes + q2_k::kCodes, 0, codes);
    } else if (dtype == DType::q3_k) {
        unpack_fields<1, 32>(bytes + q3_k::kThirdBits, 2, codes);
        unpack_fields<2, 32>(bytes + q3_k::kCodes, 0, codes);
    } else if (dtype == DType::q6_k) {
        unpack_fields<4, 64>(bytes + q6_k::kCodes, 0, codes);
        unpack_fields<2, 32>(bytes + q6_k::kHighBits, 4, codes);
    } else if (dtype == DType::q5_k) {
        unpack_fields<1, 32>(bytes + q5_k::kFifthBits, 4, codes);
        unpack_fields<4, 32>(bytes + q5_k::kCodes, 0, codes);
    } else {
        unpack_fields<4, 32>(bytes + q4_k::kCodes, 0, codes);
    }
    const int lowest = lowest_k_code(dtype);
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        block.codes[j] = static_cast<std::int8_t>(codes[j] + lowest);
    }
    return block;
}

}  // namespace ql
