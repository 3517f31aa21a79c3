#include "core/tensor/convert.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/base/error.h"
#include "core/tensor/half_kernels.h"

namespace ql {

static_assert(std::endian::native == std::endian::little, "stored values are little-endian");

namespace {

// The float a small floating-point code stands for, without its special codes.
float small_float(unsigned code, int exponent_bits, int mantissa_bits, int bias) {
    const unsigned mantissa = code & ((1u << mantissa_bits) - 1);
    const unsigned exponent = (code >> mantissa_bits) & ((1u << exponent_bits) - 1);
    const bool negative = ((code >> (exponent_bits + mantissa_bits)) & 1u) != 0;
    const unsigned hidden = exponent == 0 ? 0 : 1u << mantissa_bits;
    const int power = std::max(1, static_cast<int>(exponent)) - bias - mantissa_bits;
    const float magnitude = std::ldexp(static_cast<float>(hidden + mantissa), power);
    return negative ? -magnitude : magnitude;
}

using CodeTable = std::array<float, 256>;

template <class ValueOf>
CodeTable make_table(ValueOf value_of) {
    CodeTable table{};
    for (unsigned code = 0; code < table.size(); ++code) {
        table[code] = value_of(code);
    }
    return table;
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Values of all codes of an FP8 type (OCP FP8 and MX specifications; "fnuz": the variants with one
// NaN at 0x80, no infinities and no negative zero).
const CodeTable& code_table(DType dtype) {
    static const CodeTable e4m3 =
        make_table([](unsigned c) { return (c & 0x7F) == 0x7F ? kNan : small_float(c, 4, 3, 7); });
    static const CodeTable e5m2 = make_table([](unsigned c) {
        if ((c & 0x7F) == 0x7C) {
            return c < 0x80 ? kInfinity : -kInfinity;
        }
        return (c & 0x7F) > 0x7C ? kNan : small_float(c, 5, 2, 15);
    });
    static const CodeTable e4m3fnuz =
        make_table([](unsigned c) { return c == 0x80 ? kNan : small_float(c, 4, 3, 8); });
    static const CodeTable e5m2fnuz =
        make_table([](unsigned c) { return c == 0x80 ? kNan : small_float(c, 5, 2, 16); });
    static const CodeTable e8m0 = make_table(
        [](unsigned c) { return c == 0xFF ? kNan : std::ldexp(1.0f, static_cast<int>(c) - 127); });
    switch (dtype) {
        case DType::f8_e4m3:
            return e4m3;
        case DType::f8_e5m2:
            return e5m2;
        case DType::f8_e4m3fnuz:
            return e4m3fnuz;
        case DType::f8_e5m2fnuz:
            return e5m2fnuz;
        default:
            return e8m0;
    }
}

template <class T>
void widen_as(const void* src, std::size_t count, float* out) {
    const auto* bytes = static_cast<const std::byte*>(src);
    for (std::size_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, bytes + i * sizeof value, sizeof value);
        out[i] = static_cast<float>(value);
    }
}

void widen_codes(const CodeTable& table, const void* src, std::size_t count, float* out) {
    const auto* codes = static_cast<const std::uint8_t*>(src);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = table[codes[i]];
    }
}

void widen_booleans(const void* src, std::size_t count, float* out) {
    const auto* bytes = static_cast<const std::uint8_t*>(src);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = bytes[i] != 0 ? 1.0f : 0.0f;
    }
}

}  // namespace

std::uint16_t float_to_half(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
    const std::uint32_t sign = (bits ^ magnitude) >> 16;
    std::uint32_t half = 0;
    if (magnitude > 0x7F800000u) {
        half = 0x7E00u;
    } else if (magnitude >= (127u + 16u) << 23) {
        half = 0x7C00u;
    } else if (magnitude < (127u - 14u) << 23) {
        // The float adder rounds: 0.5 has its last place where half subnormals have theirs.
        const float sum = std::bit_cast<float>(magnitude) + 0.5f;
        half = std::bit_cast<std::uint32_t>(sum) - std::bit_cast<std::uint32_t>(0.5f);
    } else {
        // Adding just below half of the last kept place, plus that place's own bit, rounds to even.
        half = (magnitude + 0xFFFu - ((127u - 15u) << 23) + ((magnitude >> 13) & 1u)) >> 13;
    }
    return static_cast<std::uint16_t>(sign | half);
}

float half_to_float(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1Fu;
    const std::uint32_t mantissa = bits & 0x3FFu;
    std::uint32_t magnitude = 0;
    if (exponent == 0) {
        magnitude = std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24f);
    } else if (exponent == 31) {
        magnitude = 0x7F800000u | mantissa << 13;
    } else {
        magnitude = (exponent + 127 - 15) << 23 | mantissa << 13;
    }
    return std::bit_cast<float>(sign | magnitude);
}

std::uint16_t float_to_bf16(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) {
        return static_cast<std::uint16_t>((bits | 0x00400000u) >>
                                          16);  // stays NaN: set the quiet bit
    }
    return static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

float bf16_to_float(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

float e4m3_to_float(std::uint8_t code) { return code_table(DType::f8_e4m3)[code]; }

float e5m2_to_float(std::uint8_t code) { return code_table(DType::f8_e5m2)[code]; }

bool can_widen(DType dtype) {
    switch (dtype) {
        case DType::f6_e2m3:
        case DType::f6_e3m2:
        case DType::f4:
        case DType::c64:
            return false;
        default:
            return traits(dtype).block_values == 1;
    }
}

void widen(DType dtype, const void* src, std::size_t count, float* out) {
    switch (dtype) {
        case DType::f64:
            return widen_as<double>(src, count, out);
        case DType::f32:
            return widen_as<float>(src, count, out);
        case DType::f16:
            return widen_half(src, count, out);
        case DType::bf16:
            return widen_bf16(src, count, out);
        case DType::f8_e4m3:
        case DType::f8_e5m2:
        case DType::f8_e8m0:
        case DType::f8_e4m3fnuz:
        case DType::f8_e5m2fnuz:
            return widen_codes(code_table(dtype), src, count, out);
        case DType::i64:
            return widen_as<std::int64_t>(src, count, out);
        case DType::u64:
            return widen_as<std::uint64_t>(src, count, out);
        case DType::i32:
            return widen_as<std::int32_t>(src, count, out);
        case DType::u32:
            return widen_as<std::uint32_t>(src, count, out);
        case DType::i16:
            return widen_as<std::int16_t>(src, count, out);
        case DType::u16:
            return widen_as<std::uint16_t>(src, count, out);
        case DType::i8:
            return widen_as<std::int8_t>(src, count, out);
        case DType::u8:
            return widen_as<std::uint8_t>(src, count, out);
        case DType::boolean:
            return widen_booleans(src, count, out);
        default:
            throw Error(ErrorCode::unsupported,
                        Sentence(QL_TR("core", "Values of type {} cannot be read as numbers."),
                                 name(dtype)));
    }
}

void narrow(DType dtype, const float* src, std::size_t count, void* out) {
    switch (dtype) {
        case DType::f32:
            if (count > 0) {
                std::memcpy(out, src, count * sizeof(float));
            }
            return;
        case DType::f16:
            return narrow_half(src, count, out);
        case DType::bf16:
            return narrow_bf16(src, count, out);
        default:
            throw Error(
                ErrorCode::unsupported,
                Sentence(QL_TR("core", "Numbers cannot be stored as {}; F32, F16 and BF16 can."),
                         name(dtype)));
    }
}

std::size_t count_non_finite(const float* values, std::size_t count) {
    // Infinities and NaN are the floats whose exponent bits are all set; a 32-bit counter per piece
    // lets the compiler count in vectors.
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    std::size_t total = 0;
    for (std::size_t begin = 0; begin < count; begin += kPiece) {
        const std::size_t end = std::min(count, begin + kPiece);
        std::uint32_t found = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const auto bits = std::bit_cast<std::uint32_t>(values[i]);
            found += (bits & 0x7F800000u) == 0x7F800000u ? 1u : 0u;
        }
        total += found;
    }
    return total;
}

void require_finite(const std::vector<float>& weights) {
    if (const std::size_t bad = count_non_finite(weights.data(), weights.size()); bad > 0) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The weights hold NaN or infinite values ({} found so "
                                   "far); they cannot be quantized."),
                             bad));
    }
}

}  // namespace ql
