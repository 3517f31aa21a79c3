#include "core/grids/block_layout.h"

#include <cmath>
#include <cstring>

#include "core/tensor/convert.h"

namespace ql {

namespace {

constexpr std::size_t kPart = 32;  // values whose nibbles are interleaved

void store_word16(std::uint16_t word, std::byte* out) { std::memcpy(out, &word, sizeof word); }

std::uint16_t load_word16(const std::byte* src) {
    std::uint16_t word = 0;
    std::memcpy(&word, src, sizeof word);
    return word;
}

// `count` values in count/2 bytes: value j in the low half of byte j, value j + count/2 in the high
// half.
void store_nibbles(const std::uint8_t* codes, std::size_t count, std::byte* out) {
    for (std::size_t j = 0; j < count / 2; ++j) {
        out[j] = static_cast<std::byte>((codes[j] & 15) | (codes[j + count / 2] & 15) << 4);
    }
}

void load_nibbles(const std::byte* src, std::size_t count, std::uint8_t* codes) {
    for (std::size_t j = 0; j < count / 2; ++j) {
        codes[j] = std::to_integer<std::uint8_t>(src[j] & std::byte{15});
        codes[j + count / 2] = std::to_integer<std::uint8_t>(src[j] >> 4);
    }
}

// The fifth bits of 32 codes: that of value j is bit j of a word.
void store_fifth_bits(const std::uint8_t* codes, std::byte* out) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < kPart; ++j) {
        word |= static_cast<std::uint32_t>(codes[j] >> 4 & 1) << j;
    }
    std::memcpy(out, &word, sizeof word);
}

void load_fifth_bits(const std::byte* src, std::uint8_t* codes) {
    std::uint32_t word = 0;
    std::memcpy(&word, src, sizeof word);
    for (std::size_t j = 0; j < kPart; ++j) {
        codes[j] = static_cast<std::uint8_t>(codes[j] | (word >> j & 1u) << 4);
    }
}

// Codes of kBits bits: the first in the lowest bits of a byte, the next `stride` codes later.
template <int kBits>
void store_bits(const std::uint8_t* codes, std::size_t bytes, std::size_t stride, std::byte* out) {
    for (std::size_t b = 0; b < bytes; ++b) {
        const std::size_t first = b / stride * stride * (8 / kBits) + b % stride;
        unsigned byte = 0;
        for (std::size_t i = 0; i < 8 / kBits; ++i) {
            byte |= static_cast<unsigned>(codes[first + i * stride]) << (kBits * i);
        }
        out[b] = static_cast<std::byte>(byte);
    }
}

template <int kBits>
void load_bits(const std::byte* src, std::size_t bytes, std::size_t stride, std::uint8_t* codes) {
    for (std::size_t b = 0; b < bytes; ++b) {
        const std::size_t first = b / stride * stride * (8 / kBits) + b % stride;
        for (std::size_t i = 0; i < 8 / kBits; ++i) {
            codes[first + i * stride] =
                std::to_integer<std::uint8_t>(src[b] >> (kBits * i)) & ((1u << kBits) - 1);
        }
    }
}

// TQ1_0: the runs of bytes that hold digits of a common stride. The last four bytes hold four
// digits and a zero.
struct DigitRun {
    std::size_t first_byte;
    std::size_t bytes;
    std::size_t first_value;
    std::size_t digits;
};
constexpr DigitRun kDigitRuns[] = {{0, 32, 0, 5}, {32, 16, 160, 5}, {48, 4, 240, 4}};

// The number of five digits is stored as a fraction of 243 in 256ths, rounded up.
void store_digits(const std::uint8_t* codes, std::byte* out) {
    for (const DigitRun& run : kDigitRuns) {
        for (std::size_t b = 0; b < run.bytes; ++b) {
            unsigned number = 0;
            for (std::size_t i = 0; i < 5; ++i) {
                const std::size_t at = run.first_value + b + i * run.bytes;
                number = 3 * number + (i < run.digits ? codes[at] : 0u);
            }
            out[run.first_byte + b] = static_cast<std::byte>((number * 256 + 242) / 243);
        }
    }
}

void load_digits(const std::byte* src, std::uint8_t* codes) {
    for (const DigitRun& run : kDigitRuns) {
        for (std::size_t b = 0; b < run.bytes; ++b) {
            auto fraction = std::to_integer<unsigned>(src[run.first_byte + b]);
            for (std::size_t i = 0; i < run.digits; ++i) {
                codes[run.first_value + b + i * run.bytes] =
                    static_cast<std::uint8_t>(fraction * 3 >> 8);
                fraction = fraction * 3 & 255u;
            }
        }
    }
}

// IQ4_XS: the low 4 bits of the scales as nibbles, two to a byte, after a word of the high 2 bits.
void store_part_scales(const std::array<std::uint8_t, 8>& scales, std::byte* out) {
    unsigned high = 0;
    for (std::size_t k = 0; k < 8; ++k) {
        high |= static_cast<unsigned>(scales[k] >> 4 & 3) << (2 * k);
    }
    store_word16(static_cast<std::uint16_t>(high), out);
    for (std::size_t k = 0; k < 8; k += 2) {
        out[2 + k / 2] = static_cast<std::byte>((scales[k] & 15) | (scales[k + 1] & 15) << 4);
    }
}

void load_part_scales(const std::byte* src, std::array<std::uint8_t, 8>& scales) {
    const unsigned high = load_word16(src);
    for (std::size_t k = 0; k < 8; ++k) {
        const auto low = std::to_integer<unsigned>(src[2 + k / 2] >> (4 * (k % 2))) & 15u;
        scales[k] = static_cast<std::uint8_t>(low | (high >> (2 * k) & 3u) << 4);
    }
}

}  // namespace

void pack_block(DType dtype, const StoredBlock& block, std::byte* out) {
    const std::uint8_t* codes = block.codes.data();
    switch (dtype) {
        case DType::q4_0:
        case DType::iq4_nl:
            store_word16(block.scale, out);
            return store_nibbles(codes, kPart, out + 2);
        case DType::q4_1:
            store_word16(block.scale, out);
            store_word16(block.minimum, out + 2);
            return store_nibbles(codes, kPart, out + 4);
        case DType::q5_0:
            store_word16(block.scale, out);
            store_fifth_bits(codes, out + 2);
            return store_nibbles(codes, kPart, out + 6);
        case DType::q5_1:
            store_word16(block.scale, out);
            store_word16(block.minimum, out + 2);
            store_fifth_bits(codes, out + 4);
            return store_nibbles(codes, kPart, out + 8);
        case DType::q8_0:
            store_word16(block.scale, out);
            std::memcpy(out + 2, codes, kPart);
            return;
        case DType::iq4_xs:
            store_word16(block.scale, out);
            store_part_scales(block.part_scales, out + 2);
            for (std::size_t k = 0; k < 8; ++k) {
                store_nibbles(codes + kPart * k, kPart, out + 8 + kPart / 2 * k);
            }
            return;
        case DType::mxfp4:
            out[0] = static_cast<std::byte>(block.scale);
            return store_nibbles(codes, kPart, out + 1);
        case DType::nvfp4:
            std::memcpy(out, block.part_scales.data(), 4);
            for (std::size_t k = 0; k < 4; ++k) {
                store_nibbles(codes + 16 * k, 16, out + 4 + 8 * k);
            }
            return;
        case DType::tq1_0:
            store_digits(codes, out);
            return store_word16(block.scale, out + 52);
        case DType::tq2_0:
            store_bits<2>(codes, 64, 32, out);
            return store_word16(block.scale, out + 64);
        case DType::q1_0:
            store_word16(block.scale, out);
            return store_bits<1>(codes, 16, 1, out + 2);
        default:  // Q2_0
            store_word16(block.scale, out);
            return store_bits<2>(codes, 16, 1, out + 2);
    }
}

StoredBlock unpack_block(DType dtype, const std::byte* bytes) {
    StoredBlock block;
    std::uint8_t* codes = block.codes.data();
    switch (dtype) {
        case DType::q4_0:
        case DType::iq4_nl:
            block.scale = load_word16(bytes);
            load_nibbles(bytes + 2, kPart, codes);
            break;
        case DType::q4_1:
            block.scale = load_word16(bytes);
            block.minimum = load_word16(bytes + 2);
            load_nibbles(bytes + 4, kPart, codes);
            break;
        case DType::q5_0:
            block.scale = load_word16(bytes);
            load_nibbles(bytes + 6, kPart, codes);
            load_fifth_bits(bytes + 2, codes);
            break;
        case DType::q5_1:
            block.scale = load_word16(bytes);
            block.minimum = load_word16(bytes + 2);
            load_nibbles(bytes + 8, kPart, codes);
            load_fifth_bits(bytes + 4, codes);
            break;
        case DType::q8_0:
            block.scale = load_word16(bytes);
            std::memcpy(codes, bytes + 2, kPart);
            break;
        case DType::iq4_xs:
            block.scale = load_word16(bytes);
            load_part_scales(bytes + 2, block.part_scales);
            for (std::size_t k = 0; k < 8; ++k) {
                load_nibbles(bytes + 8 + kPart / 2 * k, kPart, codes + kPart * k);
            }
            break;
        case DType::mxfp4:
            block.scale = std::to_integer<std::uint16_t>(bytes[0]);
            load_nibbles(bytes + 1, kPart, codes);
            break;
        case DType::nvfp4:
            std::memcpy(block.part_scales.data(), bytes, 4);
            for (std::size_t k = 0; k < 4; ++k) {
                load_nibbles(bytes + 4 + 8 * k, 16, codes + 16 * k);
            }
            break;
        case DType::tq1_0:
            load_digits(bytes, codes);
            block.scale = load_word16(bytes + 52);
            break;
        case DType::tq2_0:
            load_bits<2>(bytes, 64, 32, codes);
            block.scale = load_word16(bytes + 64);
            break;
        case DType::q1_0:
            block.scale = load_word16(bytes);
            load_bits<1>(bytes + 2, 16, 1, codes);
            break;
        default:  // Q2_0
            block.scale = load_word16(bytes);
            load_bits<2>(bytes + 2, 16, 1, codes);
            break;
    }
    return block;
}

float mxfp4_scale(std::uint8_t exponent) { return std::ldexp(1.0f, exponent - 128); }

float nvfp4_scale(std::uint8_t byte) {
    if (byte == 0x7F) {
        return 0;
    }
    const int mantissa = byte & 7;
    const int exponent = byte >> 3 & 15;
    return exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -10)
                         : std::ldexp(static_cast<float>(8 + mantissa), exponent - 11);
}

namespace {

void decode_block(DType dtype, const std::byte* bytes, float* out) {
    const StoredBlock block = unpack_block(dtype, bytes);
    const float scale = half_to_float(block.scale);
    const float minimum = half_to_float(block.minimum);
    const auto value = [&](std::size_t j) {
        const std::uint8_t code = block.codes[j];
        const auto integer = static_cast<float>(code);
        switch (dtype) {
            case DType::q4_0:
                return scale * (integer - 8);
            case DType::q5_0:
                return scale * (integer - 16);
            case DType::q4_1:
            case DType::q5_1:
                return scale * integer + minimum;
            case DType::q8_0:
                return scale * static_cast<float>(static_cast<std::int8_t>(code));
            case DType::iq4_nl:
                return scale * kIq4Values[code];
            case DType::iq4_xs:
                return scale * static_cast<float>(block.part_scales[j / kPart] - 32) *
                       kIq4Values[code];
            case DType::mxfp4:
                return mxfp4_scale(static_cast<std::uint8_t>(block.scale)) * kFp4Values[code];
            case DType::nvfp4:
                return nvfp4_scale(block.part_scales[j / 16]) * kFp4Values[code];
            case DType::q1_0:
                return code != 0 ? scale : -scale;
            default:  // TQ1_0, TQ2_0, Q2_0
                return scale * (integer - 1);
        }
    };
    for (std::size_t j = 0; j < traits(dtype).block_values; ++j) {
        out[j] = value(j);
    }
}

}  // namespace

void decode_plainly(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    const DTypeTraits& type = traits(dtype);
    for (std::size_t i = 0; i < blocks; ++i) {
        decode_block(dtype, bytes + i * type.block_bytes, out + i * type.block_values);
    }
}

}  // namespace ql
