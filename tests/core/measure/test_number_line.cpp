#include <QtTest>
#include <cmath>
#include <random>
#include <set>

#include "core/measure/number_line.h"
#include "core/tensor/convert.h"

using namespace ql;

namespace {

constexpr std::int64_t kRows = 140;  // more than a block of rows
constexpr std::int64_t kCols = 200;

struct Encoded {
    std::vector<float> weights;
    QuantizedTensor tensor;
    NumberLine line;

    explicit Encoded(const char* text) {
        std::mt19937 random(9);
        std::normal_distribution<float> normal(0, 0.03F);
        for (std::int64_t i = 0; i < kRows * kCols; ++i) {
            weights.push_back(i % 97 == 0 ? 0.0F : normal(random) * (i % 61 == 0 ? 1e-5F : 1.0F));
        }
        const auto grid = make_grid(parse_grid(text));
        tensor = {grid, kRows, kCols, {}, {}};
        tensor.bytes.resize(std::size_t(kRows) * grid->row_bytes(kCols));
        const auto [lo, hi] = std::minmax_element(weights.begin(), weights.end());
        tensor.params = grid->per_tensor() ? grid->fit_tensor({*lo, *hi}) : TensorParams();
        grid->encode(weights.data(), kRows, kCols, {tensor.params}, tensor.bytes.data());
        line = number_line(MemoryRows(weights.data(), kRows, kCols), tensor);
    }
};

}  // namespace

/// Where weights lie among the values of FP8, against the bytes themselves.
class TestNumberLine : public QObject {
    Q_OBJECT

  private slots:
    void valuesAreAllFiniteCodes_data() {
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("count");
        QTest::addColumn<float>("largest");
        QTest::newRow("E4M3") << int(DType::f8_e4m3) << 253 << 448.0F;
        QTest::newRow("E5M2") << int(DType::f8_e5m2) << 247 << 57344.0F;
    }
    void valuesAreAllFiniteCodes() {
        QFETCH(int, dtype);
        QFETCH(int, count);
        QFETCH(float, largest);
        const std::vector<Fp8Value> values = fp8_values(DType(dtype));
        QCOMPARE(int(values.size()), count);
        QCOMPARE(values.back().value, largest);
        std::set<int> codes;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const std::uint8_t code = values[i].code;
            float decoded = 0;
            widen(DType(dtype), &code, 1, &decoded);
            QCOMPARE(values[i].value, decoded);
            QVERIFY(i == 0 || values[i - 1].value < values[i].value);
            codes.insert(code);
        }
        for (int code = 0; code < 256; ++code) {
            const auto bits = std::uint8_t(code);
            float decoded = 0;
            widen(DType(dtype), &bits, 1, &decoded);
            QVERIFY(codes.contains(code) == (std::isfinite(decoded) && code != 0x80));
        }
    }

    void weightsAreCountedAsTheyAreStored_data() {
        QTest::addColumn<QString>("grid");
        for (const char* grid : {"fp8_e4m3:tensor", "fp8_e4m3:channel", "fp8_e5m2:channel"}) {
            QTest::newRow(grid) << grid;
        }
    }
    void weightsAreCountedAsTheyAreStored() {
        QFETCH(QString, grid);
        const Encoded encoded(grid.toUtf8().constData());
        const NumberLine& line = encoded.line;
        std::array<std::uint64_t, 256> stored{};
        std::uint64_t zeros = 0;
        std::uint64_t subnormal = 0;
        const float normal = line.dtype == DType::f8_e4m3 ? 0x1p-6F : 0x1p-14F;  // the least one
        float least = HUGE_VALF;
        float largest = 0;
        for (std::int64_t row = 0; row < kRows; ++row) {
            for (std::int64_t col = 0; col < kCols; ++col) {
                const CellInfo cell = encoded.tensor.inspect(row, col);
                least = std::min(least, cell.scale);
                largest = std::max(largest, cell.scale);
                // The nearest of the values on the line is the one that was stored.
                const float scaled = encoded.weights[std::size_t(row * kCols + col)] / cell.scale;
                const auto nearest = std::min_element(
                    line.values.begin(), line.values.end(),
                    [scaled](const Fp8Value& a, const Fp8Value& b) {
                        return std::fabs(a.value - scaled) < std::fabs(b.value - scaled);
                    });
                QVERIFY(std::fabs(nearest->value - scaled) == std::fabs(cell.level() - scaled));
                const auto code = std::to_integer<std::uint8_t>(
                    encoded.tensor.bytes[std::size_t(row) * encoded.tensor.grid->row_bytes(kCols) +
                                         std::size_t(col)]);
                ++stored[code];
                zeros += (code & 0x7F) == 0;
                subnormal += cell.level() != 0 && std::fabs(cell.level()) < normal;
            }
        }
        QVERIFY(line.stored == stored);
        QCOMPARE(line.zeros, zeros);
        QVERIFY(line.saturated >= 1);  // the largest weight of every scale stands at the limit
        QCOMPARE(line.subnormal, subnormal);
        QCOMPARE(line.least_scale, least);
        QCOMPARE(line.largest_scale, largest);
    }

    void histogramsHoldEveryWeight() {
        const Encoded encoded("fp8_e4m3:channel");
        const auto total = std::uint64_t(kRows * kCols);
        QCOMPARE(encoded.line.scaled.total(), total);
        QCOMPARE(encoded.line.scaled.below + encoded.line.scaled.above, std::uint64_t{0});
        QCOMPARE(encoded.line.magnitudes.total(), total);
        QCOMPARE(encoded.line.magnitudes.above, std::uint64_t{0});
        QVERIFY(encoded.line.magnitudes.below >= total / 97);  // zeros, and what is nearly 0
        QCOMPARE(encoded.line.magnitudes.lo, -10.0);           // half of 2^-9
    }
};

QTEST_APPLESS_MAIN(TestNumberLine)
#include "test_number_line.moc"
