#include <QJsonObject>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/base/error.h"
#include "core/grids/fp8_codec.h"
#include "core/grids/fp8_kernels.h"
#include "core/tensor/convert.h"
#include "tests/core/grids/demo_matrices.h"

using namespace ql;

namespace {

int codeOf(DType dtype, float value) {
    std::uint8_t code = 0;
    fp8_codes(dtype, &value, 1, 1, &code);
    return code;
}

float valueOf(DType dtype, int code) {
    return dtype == DType::f8_e4m3 ? e4m3_to_float(std::uint8_t(code))
                                   : e5m2_to_float(std::uint8_t(code));
}

std::vector<float> normalWeights(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, 0.05f);
    std::vector<float> weights(static_cast<std::size_t>(count));
    for (float& weight : weights) {
        weight = normal(random);
    }
    return weights;
}

/// Largest magnitudes of 128 × 128 blocks, written down as they are defined.
std::vector<float> blockMaxima(const std::vector<float>& weights, std::int64_t rows,
                               std::int64_t cols) {
    const std::int64_t across = (cols + 127) / 128;
    std::vector<float> maxima(static_cast<std::size_t>((rows + 127) / 128 * across));
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t col = 0; col < cols; ++col) {
            float& largest = maxima[std::size_t(row / 128 * across + col / 128)];
            largest = std::max(largest, std::fabs(weights[std::size_t(row * cols + col)]));
        }
    }
    return maxima;
}

}  // namespace

class TestFp8Grid : public QObject {
    Q_OBJECT

  private slots:
    void vectors_data() {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<float>("value");
        QTest::addColumn<int>("code");
        const auto row = [](DType dtype, float value, int code) {
            QTest::addRow("%s %a", std::string(name(dtype)).c_str(), double(value))
                << int(dtype) << value << code;
        };
        for (const auto& [value, code] :
             std::initializer_list<std::pair<float, int>>{{0.0f, 0x00},
                                                          {-0.0f, 0x80},
                                                          {0.1f, 0x1D},
                                                          {0.3f, 0x2A},
                                                          {3.14159265f, 0x45},
                                                          {17.0f, 0x58},
                                                          {19.0f, 0x5A},
                                                          {0x1p-10f, 0x00},
                                                          {1.01f * 0x1p-10f, 0x01},
                                                          {3 * 0x1p-10f, 0x02},
                                                          {0x1p-9f, 0x01},
                                                          {0.875f * 0x1p-6f, 0x07},
                                                          {0.9375f * 0x1p-6f, 0x08},
                                                          {0x1p-6f, 0x08},
                                                          {1.0f, 0x38},
                                                          {-1.0f, 0xB8},
                                                          {448.0f, 0x7E},
                                                          {464.0f, 0x7E},
                                                          {500.0f, 0x7E},
                                                          {-1e30f, 0xFE},
                                                          {1e-45f, 0x00}}) {
            row(DType::f8_e4m3, value, code);
        }
        for (const auto& [value, code] :
             std::initializer_list<std::pair<float, int>>{{0.1f, 0x2E},
                                                          {0.3f, 0x35},
                                                          {3.14159265f, 0x42},
                                                          {0x1p-17f, 0x00},
                                                          {3 * 0x1p-17f, 0x02},
                                                          {0x1p-16f, 0x01},
                                                          {0x1p-14f, 0x04},
                                                          {1.0f, 0x3C},
                                                          {57344.0f, 0x7B},
                                                          {61440.0f, 0x7B},
                                                          {-1e9f, 0xFB}}) {
            row(DType::f8_e5m2, value, code);
        }
    }
    void vectors() {
        QFETCH(int, dtype);
        QFETCH(float, value);
        QFETCH(int, code);
        QCOMPARE(codeOf(DType(dtype), value), code);
    }

    /// Every finite code is found again, and between two neighbours the nearer one, on ties the
    /// even one.
    void allCodes() {
        for (const DType dtype : {DType::f8_e4m3, DType::f8_e5m2}) {
            const Fp8Range& range = fp8_range(dtype);
            QCOMPARE(range.largest, dtype == DType::f8_e4m3 ? 448.0f : 57344.0f);
            int finite = 0;
            for (int code = 0; code < 256; ++code) {
                const float value = valueOf(dtype, code);
                if (!std::isfinite(value)) {
                    QVERIFY((code & 0x7F) > range.largest_code);
                    continue;
                }
                ++finite;
                QCOMPARE(codeOf(dtype, value), code);
                const int magnitude = code & 0x7F;
                QVERIFY(range.levels[range.largest_code + magnitude] == std::fabs(value));
                QVERIFY(range.levels[range.largest_code - magnitude] == -std::fabs(value));
                if (magnitude == range.largest_code) {
                    continue;
                }
                const float middle = (value + valueOf(dtype, code + 1)) / 2;  // exact
                QCOMPARE(codeOf(dtype, middle), (code & 1) == 0 ? code : code + 1);
                QCOMPARE(codeOf(dtype, std::nextafter(middle, value)), code);
                QCOMPARE(codeOf(dtype, std::nextafter(middle, 2 * middle)), code + 1);
            }
            QCOMPARE(finite, dtype == DType::f8_e4m3 ? 254 : 248);
        }
    }

    /// The hashes of an independent implementation, over every code.
    void codesOfTheDemoModel() {
        const auto grid = make_grid(parse_grid("fp8_e4m3:tensor"));
        DemoModel model;
        QVERIFY(model.readable());
        const QJsonObject linears = goldenSchemes()
                                        .value("fp8_e4m3_weights_per_tensor")
                                        .toObject()
                                        .value("linears")
                                        .toObject();
        QCOMPARE(linears.size(), 14);
        for (const QString& linear : linears.keys()) {
            const Matrix weight = model.matrix("model." + linear + ".weight");
            const auto [lo, hi] = std::minmax_element(weight.values.begin(), weight.values.end());
            const TensorParams params = grid->fit_tensor({*lo, *hi});
            const QJsonObject golden = linears.value(linear).toObject();
            QVERIFY(params.scale == float(golden.value("scale").toDouble()));
            std::vector<std::byte> bytes(weight.values.size());
            QCOMPARE(grid->row_bytes(weight.cols), std::size_t(weight.cols));
            grid->encode(weight.values.data(), weight.rows, weight.cols, {.params = params},
                         bytes.data());
            QCOMPARE(hexSha256(bytes.data(), bytes.size()),
                     golden.value("codes_sha256").toString());
            std::vector<float> result(weight.values.size());
            grid->decode(bytes.data(), weight.rows, weight.cols, params, result.data());
            double squares = 0;
            for (std::size_t i = 0; i < result.size(); ++i) {
                squares += std::pow(double(result[i]) - double(weight.values[i]), 2);
            }
            const double expected = golden.value("weight_rmse").toDouble();
            QVERIFY(std::fabs(std::sqrt(squares / double(result.size())) - expected) <=
                    1e-6 * expected);
        }
    }

    /// 300 × 200: the last blocks are smaller both ways. Pieces of rows give the bytes of the
    /// whole.
    void blocksShareAScaleAcrossRows() {
        constexpr std::int64_t kRows = 300;
        constexpr std::int64_t kCols = 200;
        const std::vector<float> weights = normalWeights(kRows * kCols, 3);
        const std::vector<float> maxima = blockMaxima(weights, kRows, kCols);
        for (const char* const text : {"fp8_e4m3:block", "fp8_e5m2:block"}) {
            const auto grid = make_grid(parse_grid(text));
            QVERIFY(grid->per_block() && grid->needs_range() && !grid->per_tensor());
            const std::size_t rowBytes = grid->row_bytes(kCols);
            QCOMPARE(rowBytes, std::size_t(kCols + 2 * 4));
            std::vector<std::byte> bytes(std::size_t(kRows) * rowBytes);
            grid->encode(weights.data(), kRows, kCols,
                         {.params = {}, .block_maxima = maxima.data()}, bytes.data());
            std::vector<std::byte> pieces(bytes.size());
            for (std::int64_t first = 0; first < kRows; first += 37) {
                grid->encode(weights.data() + first * kCols,
                             std::min<std::int64_t>(37, kRows - first), kCols,
                             {.params = {}, .block_maxima = maxima.data(), .first_row = first},
                             pieces.data() + std::size_t(first) * rowBytes);
            }
            QVERIFY(bytes == pieces);
            const DType dtype = std::get<Fp8Grid>(grid->spec()).dtype;
            const float most = fp8_range(dtype).largest;
            std::vector<float> values(weights.size());
            grid->decode(bytes.data(), kRows, kCols, {}, values.data());
            for (std::int64_t row = 0; row < kRows; ++row) {
                for (std::int64_t col = 0; col < kCols; ++col) {
                    const auto i = std::size_t(row * kCols + col);
                    const float scale = maxima[std::size_t(row / 128 * 2 + col / 128)] / most;
                    const int code = codeOf(dtype, weights[i] / scale);
                    QVERIFY(values[i] == valueOf(dtype, code) * scale);
                    const CellInfo cell =
                        grid->inspect(bytes.data() + std::size_t(row) * rowBytes, kCols, col, {});
                    QVERIFY(cell.scale == scale);
                    QVERIFY(cell.level() * cell.scale == values[i]);
                    QCOMPARE(cell.block_begin, col / 128 * 128);
                    QCOMPARE(cell.block_end, std::min<std::int64_t>(kCols, cell.block_begin + 128));
                }
            }
        }
    }

    /// Rounding code after code under fixed parameters gives the bytes of encode, but for -0.
    void spansDecodeAsTheGridDoes() {
        constexpr std::int64_t kRows = 130;
        constexpr std::int64_t kCols = 200;
        const std::vector<float> weights = normalWeights(kRows * kCols, 5);
        const std::vector<float> maxima = blockMaxima(weights, kRows, kCols);
        for (const char* const text :
             {"fp8_e4m3:tensor", "fp8_e4m3:channel", "fp8_e4m3:block", "fp8_e5m2:block"}) {
            const auto grid = make_grid(parse_grid(text));
            const auto [lo, hi] = std::minmax_element(weights.begin(), weights.end());
            const EncodeOptions options{.params = grid->fit_tensor({*lo, *hi}),
                                        .block_maxima = maxima.data(),
                                        .first_row = 100};
            constexpr std::int64_t kFirst = 100;
            const auto codec = grid->span_codec(kCols);
            const SpanShape& shape = codec->shape();
            QCOMPARE(shape.span, kCols);
            QCOMPARE(kCols % shape.part, std::int64_t(0));
            std::vector<std::byte> bytes(30 * grid->row_bytes(kCols));
            std::vector<PartParameters> parameters(std::size_t(30 * shape.parts_of_span()));
            codec->fit(weights.data() + kFirst * kCols, 30, 0, options, bytes.data(),
                       parameters.data());
            std::vector<float> expected;
            for (std::int64_t row = 0; row < 30; ++row) {
                std::vector<std::uint8_t> codes;
                for (std::int64_t col = 0; col < kCols; ++col) {
                    const int code = int((row * 31 + col * 7) % (shape.largest_code + 1));
                    codes.push_back(std::uint8_t(code));
                    expected.push_back(
                        parameters[std::size_t(row * shape.parts_of_span() + col / shape.part)]
                            .scale *
                        shape.table[code]);
                }
                codec->store_codes(codes.data(),
                                   bytes.data() + std::size_t(row) * grid->row_bytes(kCols));
            }
            std::vector<float> values(expected.size());
            grid->decode(bytes.data(), 30, kCols, options.params, values.data());
            QVERIFY(values == expected);
            std::vector<std::byte> encoded(bytes.size());
            grid->encode(weights.data() + kFirst * kCols, 30, kCols, options, encoded.data());
            for (std::size_t row = 0; row < 30; ++row) {  // the same scales
                const std::size_t rowBytes = grid->row_bytes(kCols);
                QVERIFY(std::equal(bytes.begin() + std::ptrdiff_t(row * rowBytes + kCols),
                                   bytes.begin() + std::ptrdiff_t((row + 1) * rowBytes),
                                   encoded.begin() + std::ptrdiff_t(row * rowBytes + kCols)));
            }
        }
    }

    void scalesOfRowsCanBeMoved() {
        const auto grid = make_grid(parse_grid("fp8_e4m3:channel"));
        const auto codec = grid->span_codec(4);
        const std::vector<float> weights = {1, -2, 3, 448};
        std::vector<std::byte> bytes(grid->row_bytes(4));
        PartParameters parameters;
        codec->fit(weights.data(), 1, 0, {}, bytes.data(), &parameters);
        QCOMPARE(parameters.scale, 1.0f);
        QCOMPARE(codec->rescale(bytes.data(), 0, 0.5f, &parameters), 0.5f);
        QCOMPARE(grid->inspect(bytes.data(), 4, 0, {}).scale, 0.5f);
        QCOMPARE(codec->rescale(bytes.data(), 0, 0, &parameters), 1.0f);
        const auto shared = make_grid(parse_grid("fp8_e4m3:tensor"))->span_codec(4);
        QCOMPARE(shared->rescale(bytes.data(), 0, 0.5f, &parameters), 1.0f);
    }

    void nothingButZerosStaysZero() {
        for (const char* const text : {"fp8_e4m3:tensor", "fp8_e4m3:channel", "fp8_e5m2:block"}) {
            const auto grid = make_grid(parse_grid(text));
            for (const float tiny : {0.0f, 1e-45f}) {
                const std::vector<float> weights = {tiny, -tiny, 0, 0};
                const float largest = tiny;
                const TensorParams params = grid->fit_tensor({-tiny, tiny});
                std::vector<std::byte> bytes(grid->row_bytes(4));
                grid->encode(weights.data(), 1, 4, {.params = params, .block_maxima = &largest},
                             bytes.data());
                std::vector<float> values(4);
                grid->decode(bytes.data(), 1, 4, params, values.data());
                for (const float value : values) {
                    QVERIFY(value == 0);
                }
                const CellInfo cell = grid->inspect(bytes.data(), 4, 0, params);
                QVERIFY(cell.scale > 0 && std::isfinite(cell.scale));
            }
        }
    }

    void anyBytesDecode() {
        std::mt19937 random(11);
        for (const char* const text : {"fp8_e4m3:channel", "fp8_e5m2:block"}) {
            const auto grid = make_grid(parse_grid(text));
            std::vector<std::byte> bytes(3 * grid->row_bytes(300));
            for (std::byte& byte : bytes) {
                byte = std::byte(random() & 0xFF);
            }
            std::vector<float> values(900);
            grid->decode(bytes.data(), 3, 300, {}, values.data());
            for (std::int64_t col = 0; col < 300; ++col) {
                const CellInfo cell = grid->inspect(bytes.data(), 300, col, {});
                QVERIFY(cell.code >= cell.code_min && cell.code <= cell.code_max);
            }
        }
    }

    void sizes() {
        const auto bits = [](const char* text, std::int64_t rows, std::int64_t cols) {
            return make_grid(parse_grid(text))->bits_stored(rows, cols);
        };
        QCOMPARE(bits("fp8_e4m3:tensor", 300, 200), 8.0 * 60000 + 32);
        QCOMPARE(bits("fp8_e4m3:channel", 300, 200), 8.0 * 60000 + 32 * 300);
        QCOMPARE(bits("fp8_e5m2:block", 300, 200), 8.0 * 60000 + 32 * 3 * 2);
        QCOMPARE(bits("fp8_e4m3:block", 256, 256), 8.0 * 65536 + 32 * 4);
    }

    void otherTypesAreRefused() {
        QVERIFY_THROWS_EXCEPTION(Error, make_grid(Fp8Grid{DType::f16, Fp8Scaling::channel}));
        const auto grid = make_grid(parse_grid("fp8_e4m3:block"));
        QVERIFY(grid->refuses_fit({.search = true}).has_value());
        QVERIFY(grid->refuses_fit({.importance = true}).has_value());
    }
};

QTEST_APPLESS_MAIN(TestFp8Grid)
#include "test_fp8_grid.moc"
