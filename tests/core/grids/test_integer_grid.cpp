#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/error.h"
#include "core/grids/bit_stream.h"
#include "core/grids/integer_codec.h"
#include "core/tensor/convert.h"
#include "tests/core/grids/demo_matrices.h"

using namespace ql;

namespace {

IntegerGrid integerGrid(const char* text) { return std::get<IntegerGrid>(parse_grid(text)); }

std::vector<std::byte> encoded(const IntegerCodec& codec, const std::vector<float>& values,
                               std::int64_t cols, const TensorParams& params = {}) {
    const auto rows = std::int64_t(values.size()) / cols;
    std::vector<std::byte> bytes(std::size_t(rows) * codec.row_bytes(cols));
    codec.encode(values.data(), rows, cols, {params}, bytes.data());
    return bytes;
}

IntegerRow fitted(const char* text, const std::vector<float>& values) {
    const IntegerCodec codec(integerGrid(text));
    const auto cols = std::int64_t(values.size());
    IntegerRow parts;
    codec.unpack(encoded(codec, values, cols).data(), cols, {}, parts);
    return parts;
}

}  // namespace

class TestIntegerGrid : public QObject {
    Q_OBJECT

  private slots:
    void codesAndScalesOfTheDemoModel_data() {
        QTest::addColumn<QString>("scheme");
        for (const QString& scheme : goldenSchemes().keys()) {
            if (scheme.startsWith("rtn_")) {
                QTest::addRow("%s", qPrintable(scheme)) << scheme;
            }
        }
    }
    /// The hashes of an independent implementation, over every code and every scale.
    void codesAndScalesOfTheDemoModel() {
        QFETCH(QString, scheme);
        const QRegularExpression form("^rtn_w(\\d)_(row|g(\\d+))_(a?sym)$");
        const auto match = form.match(scheme);
        QVERIFY(match.hasMatch());
        IntegerGrid grid;
        grid.bits = match.captured(1).toInt();
        grid.granularity = match.captured(2) == "row" ? Granularity::channel : Granularity::group;
        grid.group = match.captured(3).toInt();
        grid.symmetry = match.captured(4) == "sym" ? Symmetry::symmetric : Symmetry::asymmetric;
        grid.scale = DType::f32;
        const IntegerCodec codec(grid);
        DemoModel model;
        QVERIFY(model.readable());
        const QJsonObject linears =
            goldenSchemes().value(scheme).toObject().value("linears").toObject();
        QCOMPARE(linears.size(), 14);
        for (const QString& linear : linears.keys()) {
            const Matrix weight = model.matrix("model." + linear + ".weight");
            const auto bytes = encoded(codec, weight.values, weight.cols);
            std::vector<std::uint8_t> codes;
            std::vector<float> scales;
            IntegerRow parts;
            for (std::int64_t row = 0; row < weight.rows; ++row) {
                codec.unpack(bytes.data() + std::size_t(row) * codec.row_bytes(weight.cols),
                             weight.cols, {}, parts);
                codes.insert(codes.end(), parts.codes.begin(), parts.codes.end());
                scales.insert(scales.end(), parts.scales.begin(), parts.scales.end());
            }
            const QJsonObject golden = linears.value(linear).toObject();
            QCOMPARE(hexSha256(codes.data(), codes.size()),
                     golden.value("codes_sha256").toString());
            QCOMPARE(hexSha256(scales.data(), scales.size() * sizeof(float)),
                     golden.value("scales_f32_sha256").toString());
            std::vector<float> result(weight.values.size());
            codec.decode(bytes.data(), weight.rows, weight.cols, {}, result.data());
            double squares = 0;
            for (std::size_t i = 0; i < result.size(); ++i) {
                squares += std::pow(double(result[i]) - double(weight.values[i]), 2);
            }
            const double rmse = std::sqrt(squares / double(result.size()));
            const double expected = golden.value("weight_rmse").toDouble();
            QVERIFY(std::fabs(rmse - expected) <= 1e-6 * expected);
        }
    }

    /// Q4_0 and Q8_0 blocks of the same model, packed, have hashes too.
    void blocksOfTheDemoModel_data() {
        QTest::addColumn<QString>("type");
        QTest::addRow("q4_0") << QStringLiteral("q4_0");
        QTest::addRow("q8_0") << QStringLiteral("q8_0");
    }
    void blocksOfTheDemoModel() {
        QFETCH(QString, type);
        const auto grid = make_grid(parse_grid(type.toStdString()));
        DemoModel model;
        const QJsonObject linears =
            goldenSchemes().value("ggml_" + type).toObject().value("linears").toObject();
        QCOMPARE(linears.size(), 14);
        for (const QString& linear : linears.keys()) {
            const Matrix weight = model.matrix("model." + linear + ".weight");
            std::vector<std::byte> bytes(std::size_t(weight.rows) * grid->row_bytes(weight.cols));
            grid->encode(weight.values.data(), weight.rows, weight.cols, {}, bytes.data());
            QCOMPARE(hexSha256(bytes.data(), bytes.size()),
                     linears.value(linear).toObject().value("blocks_sha256").toString());
        }
    }

    void scaleConventions() {
        // Largest magnitude 7.5, so s = 1 with 2a/15 and 7.5/7 with a/7.
        std::vector<float> values(16, 0.0f);
        values[0] = -7.5f;
        values[1] = 7.5f;
        values[2] = 2.5f;
        values[3] = 3.5f;
        const IntegerRow symmetric = fitted("int4:channel:sym:f32", values);
        QVERIFY(symmetric.scales.at(0) == 1.0f);
        QCOMPARE(int(symmetric.zeros.at(0)), 8);
        QCOMPARE(int(symmetric.codes[0]), 0);      // -7.5 -> -8
        QCOMPARE(int(symmetric.codes[1]), 15);     // 7.5 -> 8, clamped to 7
        QCOMPARE(int(symmetric.codes[2]), 2 + 8);  // 2.5 is a tie: to even
        QCOMPARE(int(symmetric.codes[3]), 4 + 8);  // 3.5 is a tie: to even
        const IntegerRow narrow = fitted("int4:channel:narrow:f32", values);
        QVERIFY(narrow.scales.at(0) == 7.5f / 7.0f);
        QCOMPARE(int(narrow.codes[0]), 1);
        QCOMPARE(int(narrow.codes[1]), 15);
        const IntegerRow asymmetric = fitted("int4:channel:asym:f32", values);
        QVERIFY(asymmetric.scales.at(0) == 1.0f);
        QCOMPARE(int(asymmetric.zeros.at(0)), 8);  // 7.5 is a tie: to even
    }

    void theRangeOfAsymmetricGridsContainsZero() {
        const IntegerRow positive = fitted("int4:channel:asym:f32", {10, 11, 12, 15});
        QVERIFY(positive.scales.at(0) == 1.0f);
        QCOMPARE(int(positive.zeros.at(0)), 0);
        const IntegerRow negative = fitted("int4:channel:asym:f32", {-10, -11, -12, -15});
        QVERIFY(negative.scales.at(0) == 1.0f);
        QCOMPARE(int(negative.zeros.at(0)), 15);
    }

    void aZeroPointBeyondTheCodesIsHeld() {
        // The scale 1.4 * 2^-24 is stored as the smallest half, 2^-24: the range does not fit.
        const IntegerRow parts = fitted("int4:channel:asym", {-21 * 0x1p-24f, 0, -3 * 0x1p-24f, 0});
        QVERIFY(parts.scales.at(0) == 0x1p-24f);
        QCOMPARE(int(parts.zeros.at(0)), 15);
        QVERIFY(parts.codes == (std::vector<std::uint8_t>{0, 15, 12, 15}));
    }

    void codesFollowTheRoundedScale() {
        // 2 * 1000.3 / 255 is no half: codes have to be those of the scale as stored.
        const std::vector<float> values = {1000.3f, -3.9f, 0.07f, 511.0f};
        for (const char* const text : {"int8:channel", "int8:channel:bf16"}) {
            const IntegerRow parts = fitted(text, values);
            const float scale = parts.scales.at(0);
            QVERIFY(scale == half_to_float(float_to_half(scale)) ||
                    scale == bf16_to_float(float_to_bf16(scale)));
            QVERIFY(scale != 2.0f * 1000.3f / 255.0f);
            for (std::size_t i = 0; i < values.size(); ++i) {
                const float code = std::clamp(std::nearbyint(values[i] / scale), -128.0f, 127.0f);
                QCOMPARE(int(parts.codes[i]), int(code) + 128);
            }
        }
    }

    void extremeScalesStayUsable_data() {
        QTest::addColumn<QString>("text");
        for (const char* const text :
             {"int4:g4:sym", "int4:g4:narrow", "int4:g4:asym", "int8:channel:asym",
              "int2:g4:narrow", "int4:tensor", "int4:tensor:asym", "int4:g4:asym:bf16",
              "int4:g4:asym:f32"}) {
            QTest::addRow("%s", text) << QString(text);
        }
    }
    void extremeScalesStayUsable() {
        QFETCH(QString, text);
        const IntegerCodec codec(integerGrid(qPrintable(text)));
        const std::vector<std::vector<float>> rows = {
            {0, 0, 0, 0, 0, 0, 0, 0},
            {-0.0f, 0, -0.0f, 0, 0, 0, 0, 0},
            {1e-9f, -1e-9f, 2e-9f, 0, 1e-40f, -1e-40f, 0, 0}};
        for (const std::vector<float>& row : rows) {
            const auto [lo, hi] = std::minmax_element(row.begin(), row.end());
            const TensorParams params = codec.fit_tensor({*lo, *hi});
            const auto bytes = encoded(codec, row, 8, params);
            IntegerRow parts;
            codec.unpack(bytes.data(), 8, params, parts);
            for (const float scale : parts.scales) {
                QVERIFY(std::isfinite(scale) && scale > 0);
            }
            std::vector<float> result(8);
            codec.decode(bytes.data(), 1, 8, params, result.data());
            for (std::size_t i = 0; i < 8; ++i) {
                QVERIFY(std::isfinite(result[i]));
                QVERIFY(row[i] != 0 || result[i] == 0);
                QVERIFY(result[i] == 0 || std::signbit(result[i]) == std::signbit(row[i]));
            }
        }
    }

    void scalesBeyondTheirTypeGiveNoNumbers_data() { extremeScalesStayUsable_data(); }
    void scalesBeyondTheirTypeGiveNoNumbers() {
        QFETCH(QString, text);
        const IntegerCodec codec(integerGrid(qPrintable(text)));
        const float huge = std::numeric_limits<float>::max();
        const std::vector<float> row = {huge, -huge, 1, 0, huge, huge, huge, huge};
        const TensorParams params = codec.fit_tensor({-huge, huge});
        const auto bytes = encoded(codec, row, 8, params);
        std::vector<float> result(8);
        codec.decode(bytes.data(), 1, 8, params, result.data());
        QVERIFY(count_non_finite(result.data(), result.size()) > 0);
    }

    void groupsMustDivideRows() {
        const IntegerCodec codec(integerGrid("int4:g128"));
        QVERIFY(!codec.refuses(256).has_value());
        const auto reason = codec.refuses(200);
        QVERIFY(reason.has_value());
        QVERIFY(reason->english().find("128") != std::string::npos);
        QVERIFY(reason->english().find("200") != std::string::npos);
        QVERIFY(!IntegerCodec(integerGrid("int4:channel")).refuses(200).has_value());
        QVERIFY(!IntegerCodec(integerGrid("int3:g1")).refuses(7).has_value());
    }

    void sizesAreThoseOfRealFiles() {
        const auto bitsPerWeight = [](const char* text) {
            return make_grid(parse_grid(text))->bits_stored(4096, 4096) / (4096.0 * 4096.0);
        };
        QCOMPARE(bitsPerWeight("int4:g128:sym"), 4.125);
        QCOMPARE(bitsPerWeight("int4:g128:asym"), 4.15625);
        QCOMPARE(bitsPerWeight("int4:g32:asym"), 4.625);
        QCOMPARE(bitsPerWeight("int8:channel"), 8.0 + 16.0 / 4096);
        QCOMPARE(bitsPerWeight("int3:tensor:f32"), 3.0 + 32.0 / (4096.0 * 4096.0));
        QCOMPARE(bitsPerWeight("q4_0"), 4.5);
        QCOMPARE(bitsPerWeight("q8_0"), 8.5);
    }

    void aRowIsCodesThenScalesThenZeros() {
        const IntegerCodec codec(integerGrid("int3:g4:asym"));
        // Two groups of four codes: 3 bytes of codes, two halves, two zero points in one byte.
        QCOMPARE(codec.row_bytes(8), std::size_t(3 + 4 + 1));
        IntegerRow parts;
        parts.codes = {1, 2, 3, 4, 5, 6, 7, 0};
        parts.scales = {1.0f, 0.5f};
        parts.zeros = {3, 5};
        std::vector<std::byte> row(8);
        codec.pack(parts, row.data());
        std::uint32_t stream = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            stream |= std::uint32_t(parts.codes[i]) << (3 * i);
        }
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(std::to_integer<unsigned>(row[i]), (stream >> (8 * i)) & 255u);
        }
        QCOMPARE(std::to_integer<unsigned>(row[4]), 0x3Cu);  // 1.0 as half: 0x3C00
        QCOMPARE(std::to_integer<unsigned>(row[6]), 0x38u);  // 0.5 as half: 0x3800
        QCOMPARE(std::to_integer<unsigned>(row[7]), 3u | 5u << 3);
        std::vector<float> values(8);
        codec.decode(row.data(), 1, 8, {}, values.data());
        QVERIFY(values == (std::vector<float>{-2, -1, 0, 1, 0, 0.5f, 1, -2.5f}));
    }

    void codesSurviveTheBitStream() {
        std::mt19937 random(7);
        for (int bits = 1; bits <= 8; ++bits) {
            for (std::size_t count = 0; count <= 41; ++count) {
                std::vector<std::uint8_t> codes(count);
                for (std::uint8_t& code : codes) {
                    code = std::uint8_t(random() & ((1u << bits) - 1));
                }
                std::vector<std::byte> stream(packed_bytes(count, bits) + 1, std::byte{0xA5});
                pack_codes(codes.data(), count, bits, stream.data());
                QCOMPARE(std::to_integer<int>(stream.back()), 0xA5);  // nothing beyond the end
                for (std::size_t i = 0; i < count * std::size_t(bits); ++i) {
                    const int stored = std::to_integer<int>(stream[i / 8]) >> (i % 8) & 1;
                    QCOMPARE(stored, codes[i / std::size_t(bits)] >> (i % std::size_t(bits)) & 1);
                }
                std::vector<std::uint8_t> again(count);
                unpack_codes(stream.data(), count, bits, again.data());
                QVERIFY(again == codes);
            }
        }
    }

    void badNumbersAreRefused() {
        for (const IntegerGrid& grid :
             {IntegerGrid{1, Granularity::channel, 0, Symmetry::symmetric, DType::f16},
              IntegerGrid{9, Granularity::channel, 0, Symmetry::symmetric, DType::f16},
              IntegerGrid{4, Granularity::group, 0, Symmetry::symmetric, DType::f16},
              IntegerGrid{4, Granularity::group, -8, Symmetry::symmetric, DType::f16},
              IntegerGrid{4, Granularity::channel, 0, Symmetry::symmetric, DType::i8}}) {
            QVERIFY_THROWS_EXCEPTION(Error, make_grid(grid));
        }
        QVERIFY_THROWS_EXCEPTION(Error, make_grid(StorageGrid{DType::iq2_xxs}));
    }
};

QTEST_APPLESS_MAIN(TestIntegerGrid)
#include "test_integer_grid.moc"
