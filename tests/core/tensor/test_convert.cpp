#include <QTest>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/base/error.h"
#include "core/tensor/convert.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::uint32_t bitsOf(float value) { return std::bit_cast<std::uint32_t>(value); }

/// The value of a half by the definition of the format.
double halfByDefinition(unsigned bits) {
    const double sign = (bits & 0x8000u) != 0 ? -1.0 : 1.0;
    const int exponent = int(bits >> 10 & 0x1Fu);
    const double mantissa = bits & 0x3FFu;
    if (exponent == 31) {
        return mantissa == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
    }
    return sign * (exponent == 0 ? std::ldexp(mantissa, -24)
                                 : std::ldexp(1024.0 + mantissa, exponent - 25));
}

/// The nearest half by search among all: slow, and shares nothing with the code under test. Of two
/// equally near the one with an even last bit.
unsigned nearestHalf(float value) {
    static const std::vector<double> halves = [] {
        std::vector<double> values;
        for (unsigned bits = 0; bits < 0x7C00u; ++bits) {
            values.push_back(halfByDefinition(bits));
        }
        values.push_back(65536.0);  // what infinity counts as when rounding
        return values;
    }();
    const unsigned sign = std::signbit(value) ? 0x8000u : 0u;
    const double magnitude = std::fabs(double(value));
    const auto above = std::lower_bound(halves.begin(), halves.end(), magnitude);
    if (above == halves.end()) {
        return sign | 0x7C00u;
    }
    auto bits = unsigned(above - halves.begin());
    if (bits > 0) {
        const double up = *above - magnitude;
        const double down = magnitude - *(above - 1);
        if (down < up || (down == up && bits % 2 == 1)) {
            --bits;
        }
    }
    return sign | bits;
}

/// Floats that are hard to round: around every half and every midpoint, around the limits, and a
/// sample of all bit patterns.
std::vector<float> hardFloats() {
    std::vector<float> values = {
        0.0f,       -0.0f,    65504.0f,     65519.99f,
        65520.0f,   65536.0f, -65520.0f,    kInfinity,
        -kInfinity, 0x1p-24f, 0x1p-25f,     0x1.000002p-25f,
        0x1p-149f,  0x1p-14f, 0x1.ffep-15f, std::numeric_limits<float>::max()};
    for (unsigned bits = 0; bits < 0x7C00u; bits += 3) {
        const auto low = float(halfByDefinition(bits));
        const auto middle = float((halfByDefinition(bits) + halfByDefinition(bits + 1)) / 2);
        for (const float value : {low, middle}) {
            if (std::isfinite(value)) {
                values.push_back(value);
                values.push_back(-std::nextafter(value, kInfinity));
                values.push_back(std::nextafter(value, -kInfinity));
            }
        }
    }
    for (std::uint64_t bits = 0; bits <= 0xFFFFFFFFu; bits += 20011) {
        values.push_back(std::bit_cast<float>(std::uint32_t(bits)));
    }
    return values;
}

template <class T>
std::vector<float> widened(DType dtype, const std::vector<T>& stored) {
    std::vector<float> values(stored.size());
    widen(dtype, stored.data(), stored.size(), values.data());
    return values;
}

}  // namespace

class TestConvert : public QObject {
    Q_OBJECT

  private slots:
    void everyHalfIsExact() {
        for (unsigned bits = 0; bits <= 0xFFFFu; ++bits) {
            const float value = half_to_float(std::uint16_t(bits));
            const double expected = halfByDefinition(bits);
            QVERIFY(std::isnan(expected) ? std::isnan(value) : double(value) == expected);
            QCOMPARE(std::signbit(value), (bits & 0x8000u) != 0);
            const bool special = std::isnan(value);
            const unsigned again = float_to_half(value);
            QVERIFY(special ? std::isnan(half_to_float(std::uint16_t(again))) : again == bits);
        }
    }

    void floatsGoToTheNearestHalf() {
        for (const float value : hardFloats()) {
            const unsigned half = float_to_half(value);
            if (std::isnan(value)) {
                QVERIFY(std::isnan(half_to_float(std::uint16_t(half))));
            } else {
                QCOMPARE(half, nearestHalf(value));
            }
        }
    }

    void bf16RoundsToNearestEven() {
        for (const float value : hardFloats()) {
            const std::uint16_t stored = float_to_bf16(value);
            const float result = bf16_to_float(stored);
            if (std::isnan(value)) {
                QVERIFY(std::isnan(result));
                continue;
            }
            QCOMPARE(std::signbit(result), std::signbit(value));
            if (std::isinf(value)) {
                QVERIFY(result == value);
                continue;
            }
            // Neighbours are exact in double, even beyond the largest bfloat16 (2^128 for
            // infinity).
            const auto magnitude = [](std::uint16_t bits) {
                const unsigned plain = bits & 0x7FFFu;
                return plain == 0x7F80u ? 0x1p128 : double(bf16_to_float(std::uint16_t(plain)));
            };
            const double wanted = std::fabs(double(value));
            const double error = std::fabs(magnitude(stored) - wanted);
            for (const int step : {-1, 1}) {
                const int other = int(stored & 0x7FFFu) + step;
                if (other < 0 || other > 0x7F80) {
                    continue;
                }
                const double distance = std::fabs(magnitude(std::uint16_t(other)) - wanted);
                QVERIFY(error < distance || (error == distance && stored % 2 == 0));
            }
        }
    }

    /// All instruction sets give the bits of the scalar functions, at any length and address.
    void arraysEqualSingleValues() {
        std::vector<std::uint16_t> words(0x10000);
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] = std::uint16_t(i);
        }
        const std::vector<float> floats = hardFloats();
        const int targets = forEachSimdTarget([&](const char* target) {
            const auto halves = widened(DType::f16, words);
            const auto bf16s = widened(DType::bf16, words);
            for (std::size_t i = 0; i < words.size(); ++i) {
                QVERIFY2(bitsOf(halves[i]) == bitsOf(half_to_float(words[i])), target);
                QVERIFY2(bitsOf(bf16s[i]) == bitsOf(bf16_to_float(words[i])), target);
            }
            std::vector<std::uint16_t> stored(floats.size());
            narrow(DType::f16, floats.data(), floats.size(), stored.data());
            for (std::size_t i = 0; i < floats.size(); ++i) {
                QVERIFY2(stored[i] == float_to_half(floats[i]), target);
            }
            narrow(DType::bf16, floats.data(), floats.size(), stored.data());
            for (std::size_t i = 0; i < floats.size(); ++i) {
                QVERIFY2(stored[i] == float_to_bf16(floats[i]), target);
            }
            for (std::size_t count = 0; count < 40; ++count) {
                // One byte off, so that no 16-bit value is aligned; the byte behind must survive.
                std::vector<std::uint8_t> bytes(1 + 2 * count + 1, 0xA5);
                narrow(DType::f16, floats.data() + 100, count, bytes.data() + 1);
                QVERIFY2(bytes.front() == 0xA5 && bytes.back() == 0xA5, target);
                std::vector<float> again(count + 1, 7.0f);
                widen(DType::f16, bytes.data() + 1, count, again.data());
                for (std::size_t i = 0; i < count; ++i) {
                    QVERIFY(bitsOf(again[i]) ==
                            bitsOf(half_to_float(float_to_half(floats[100 + i]))));
                }
                QVERIFY(again[count] == 7.0f);
            }
        });
        QVERIFY(targets >= 1);
    }

    void fp8Codes() {
        QVERIFY(e4m3_to_float(0x38) == 1.0f);
        QVERIFY(e4m3_to_float(0x7E) == 448.0f);
        QVERIFY(e4m3_to_float(0x08) == 0x1p-6f);
        QVERIFY(e4m3_to_float(0x07) == 0.875f * 0x1p-6f);
        QVERIFY(e4m3_to_float(0x01) == 0x1p-9f);
        QVERIFY(e4m3_to_float(0x45) == 3.25f);
        QVERIFY(e4m3_to_float(0xB8) == -1.0f);
        QVERIFY(bitsOf(e4m3_to_float(0x80)) == bitsOf(-0.0f));
        QVERIFY(std::isnan(e4m3_to_float(0x7F)) && std::isnan(e4m3_to_float(0xFF)));
        QVERIFY(e5m2_to_float(0x3C) == 1.0f);
        QVERIFY(e5m2_to_float(0x7B) == 57344.0f);
        QVERIFY(e5m2_to_float(0x7C) == kInfinity && e5m2_to_float(0xFC) == -kInfinity);
        QVERIFY(std::isnan(e5m2_to_float(0x7D)) && std::isnan(e5m2_to_float(0xFF)));
        for (unsigned code = 0; code < 256; ++code) {
            // E5M2 is the upper byte of a half.
            const float half = half_to_float(std::uint16_t(code << 8));
            const float value = e5m2_to_float(std::uint8_t(code));
            QVERIFY(std::isnan(half) ? std::isnan(value) : bitsOf(half) == bitsOf(value));
        }
    }

    void fp8Variants() {
        const std::vector<std::uint8_t> codes = {0x00, 0x01, 0x40, 0x7F, 0x80, 0xC0};
        const auto e4m3fnuz = widened(DType::f8_e4m3fnuz, codes);
        QVERIFY(e4m3fnuz[0] == 0 && e4m3fnuz[1] == 0x1p-10f && e4m3fnuz[2] == 1.0f);
        QVERIFY(e4m3fnuz[3] == 240.0f && std::isnan(e4m3fnuz[4]) && e4m3fnuz[5] == -1.0f);
        const auto e5m2fnuz = widened(DType::f8_e5m2fnuz, codes);
        QVERIFY(e5m2fnuz[1] == 0x1p-17f && e5m2fnuz[2] == 1.0f);
        QVERIFY(e5m2fnuz[3] == 57344.0f && std::isnan(e5m2fnuz[4]));
        const auto e8m0 =
            widened(DType::f8_e8m0, std::vector<std::uint8_t>{0, 1, 127, 128, 254, 255});
        QVERIFY(e8m0[0] == 0x1p-127f && e8m0[1] == 0x1p-126f && e8m0[2] == 1.0f);
        QVERIFY(e8m0[3] == 2.0f && e8m0[4] == 0x1p127f && std::isnan(e8m0[5]));
    }

    void integersAndDoubles() {
        QVERIFY(widened(DType::i8, std::vector<std::int8_t>{-128, 0, 127}) ==
                (std::vector<float>{-128, 0, 127}));
        QVERIFY(widened(DType::u8, std::vector<std::uint8_t>{0, 255}) ==
                (std::vector<float>{0, 255}));
        QVERIFY(widened(DType::boolean, std::vector<std::uint8_t>{0, 1, 7}) ==
                (std::vector<float>{0, 1, 1}));
        QVERIFY(widened(DType::i16, std::vector<std::int16_t>{-32768, 5}) ==
                (std::vector<float>{-32768, 5}));
        QVERIFY(widened(DType::u16, std::vector<std::uint16_t>{65535}) ==
                std::vector<float>{65535});
        // 2^24 + 1 is a tie and goes to even; 2^24 + 3 goes up.
        QVERIFY(widened(DType::i32, std::vector<std::int32_t>{16777217, -16777219}) ==
                (std::vector<float>{16777216, -16777220}));
        QVERIFY(widened(DType::u32, std::vector<std::uint32_t>{0xFFFFFFFFu}) ==
                std::vector<float>{0x1p32f});
        QVERIFY(widened(DType::i64,
                        std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min()}) ==
                std::vector<float>{-0x1p63f});
        // Just above a tie of floats: rounding through double first would lose that.
        QVERIFY(widened(DType::u64, std::vector<std::uint64_t>{0x8000008000000001u}) ==
                std::vector<float>{0x1.000002p63f});
        QVERIFY(widened(DType::f64, std::vector<double>{0.1, 1e300, -1e-300}) ==
                (std::vector<float>{0.1f, kInfinity, -0.0f}));
        QVERIFY(widened(DType::f32, std::vector<float>{1.5f}) == std::vector<float>{1.5f});
    }

    void whatCannotBeWidenedSaysSo() {
        for (const DTypeTraits& type : all_dtypes()) {
            const std::uint64_t zeros[8] = {};
            float value = 1;
            if (can_widen(type.dtype)) {
                QCOMPARE(type.block_values, 1u);
                widen(type.dtype, zeros, 1, &value);
                QVERIFY(value == (type.dtype == DType::f8_e8m0 ? 0x1p-127f : 0.0f));
            } else {
                QVERIFY_THROWS_EXCEPTION(Error, widen(type.dtype, zeros, 1, &value));
            }
        }
        for (const DType dtype : {DType::c64, DType::f4, DType::f6_e2m3, DType::q4_0}) {
            QVERIFY(!can_widen(dtype));
        }
        const float one = 1;
        std::uint64_t out = 0;
        QVERIFY_THROWS_EXCEPTION(Error, narrow(DType::i8, &one, 1, &out));
    }

    void nonFiniteValuesAreCounted() {
        std::vector<float> values(5000, 1.0f);
        QCOMPARE(count_non_finite(values.data(), values.size()), std::size_t(0));
        values[0] = kInfinity;
        values[77] = -kInfinity;
        values[4999] = std::nanf("");
        values[300] = std::numeric_limits<float>::max();
        values[301] = 0x1p-149f;
        QCOMPARE(count_non_finite(values.data(), values.size()), std::size_t(3));
        QCOMPARE(count_non_finite(values.data(), 0), std::size_t(0));
    }
};

QTEST_APPLESS_MAIN(TestConvert)
#include "test_convert.moc"
