#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/grids/block_format.h"
#include "core/grids/grid.h"
#include "core/tensor/convert.h"
#include "tests/core/grids/golden_files.h"

using namespace ql;

namespace {

constexpr std::int64_t kRows = 8;
constexpr std::int64_t kCols = 512;
const QString kFolder = QStringLiteral(QL_TEST_DATA "/golden/gguf/");

const char* const kInputs[] = {"gauss", "studentt", "outlier",  "uniform", "zeros", "const",
                               "ties",  "tiny",     "positive", "sparse",  "large", "lognorm"};
const char* const kTypes[] = {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "f16", "bf16"};

std::vector<std::byte> encoded(const Grid& grid, const std::vector<float>& values,
                               std::int64_t rows, std::int64_t cols) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * grid.row_bytes(cols));
    grid.encode(values.data(), rows, cols, {}, bytes.data());
    return bytes;
}

std::vector<float> decoded(const Grid& grid, const std::vector<std::byte>& bytes, std::int64_t rows,
                           std::int64_t cols) {
    std::vector<float> values(static_cast<std::size_t>(rows * cols));
    grid.decode(bytes.data(), rows, cols, {}, values.data());
    return values;
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

/// Encoded bytes and decoded values equal those of ggml.
class TestCodecGolden : public QObject {
    Q_OBJECT

  private slots:
    void encodesTheReferenceBytes_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("type");
        for (const char* const input : kInputs) {
            for (const char* const type : kTypes) {
                QTest::addRow("%s.%s", input, type) << QString(input) << QString(type);
            }
        }
        for (const char* const type : {"f16", "bf16"}) {
            QTest::addRow("denorm.%s", type) << QStringLiteral("denorm") << QString(type);
        }
    }
    void encodesTheReferenceBytes() {
        QFETCH(QString, input);
        QFETCH(QString, type);
        const auto values = readValues<float>(kFolder + "input_" + input + ".f32");
        const auto expected = readValues<std::byte>(kFolder + input + "." + type + ".bin");
        QCOMPARE(values.size(), std::size_t(kRows * kCols));
        const auto grid = make_grid(parse_grid(type.toStdString()));
        QVERIFY(encoded(*grid, values, kRows, kCols) == expected);
    }

    void decodesTheReferenceValues_data() {
        QTest::addColumn<QString>("type");
        for (const char* const type : kTypes) {
            QTest::addRow("%s", type) << QString(type);
        }
    }
    void decodesTheReferenceValues() {
        QFETCH(QString, type);
        const auto bytes = readValues<std::byte>(kFolder + "studentt." + type + ".bin");
        const auto expected = readValues<float>(kFolder + "studentt." + type + ".deq.f32");
        QCOMPARE(expected.size(), std::size_t(kRows * kCols));
        const auto grid = make_grid(parse_grid(type.toStdString()));
        QVERIFY(sameBits(decoded(*grid, bytes, kRows, kCols), expected));
    }

    void errorsAreThoseOfTheReference() {
        QFile table(kFolder + "errors.tsv");
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QStringList lines =
            QString::fromUtf8(table.readAll()).split('\n', Qt::SkipEmptyParts);
        int compared = 0;
        for (const QString& line : lines.mid(1)) {
            const QStringList fields = line.split('\t');
            const bool listed = std::any_of(std::begin(kTypes), std::end(kTypes),
                                            [&](const char* type) { return fields.at(1) == type; });
            if (!listed || fields.at(2) == "1" || fields.at(0) == "denorm") {
                continue;  // other tests; undefined in the reference
            }
            const auto values = readValues<float>(kFolder + "input_" + fields.at(0) + ".f32");
            const auto grid = make_grid(parse_grid(fields.at(1).toStdString()));
            const auto result = decoded(*grid, encoded(*grid, values, kRows, kCols), kRows, kCols);
            double squares = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                const double error = double(result[i]) - double(values[i]);
                squares += error * error;
            }
            const double rmse = std::sqrt(squares / double(values.size()));
            const double expected = fields.at(5).toDouble();
            QVERIFY2(std::fabs(rmse - expected) <= 1e-7 * expected, qPrintable(line));
            ++compared;
        }
        QCOMPARE(compared, int(std::size(kInputs) * std::size(kTypes)));
    }

    void subnormalWeightsGiveFiniteScalesAndNothingLarge_data() {
        decodesTheReferenceValues_data();
    }
    void subnormalWeightsGiveFiniteScalesAndNothingLarge() {
        QFETCH(QString, type);
        const auto values = readValues<float>(kFolder + "input_denorm.f32");
        QCOMPARE(values.size(), std::size_t(kRows * kCols));
        const auto grid = make_grid(parse_grid(type.toStdString()));
        const auto bytes = encoded(*grid, values, kRows, kCols);
        for (const float value : decoded(*grid, bytes, kRows, kCols)) {
            QVERIFY(std::fabs(value) < 1e-39f);
        }
        for (std::int64_t col = 0; col < kCols; ++col) {
            QVERIFY(std::isfinite(grid->inspect(bytes.data(), kCols, col, {}).scale));
        }
    }

    void otherPeoplesVectors_data() { decodesTheReferenceValues_data(); }
    void otherPeoplesVectors() {
        QFETCH(QString, type);
        const QString folder = QStringLiteral(QL_SHARED_DIR "/quant-vectors/");
        if (!QFile::exists(folder + "input.f32")) {
            QSKIP("the folder of other people's vectors is not here");
        }
        const auto values = readValues<float>(folder + "input.f32");
        const auto bytes = readValues<std::byte>(folder + type.toUpper() + ".bin");
        const auto expected = readValues<float>(folder + type.toUpper() + ".dequant.f32");
        const auto rows = std::int64_t(values.size()) / kCols;
        const auto grid = make_grid(parse_grid(type.toStdString()));
        QVERIFY(encoded(*grid, values, rows, kCols) == bytes);
        QVERIFY(sameBits(decoded(*grid, bytes, rows, kCols), expected));
    }

    void whatCanBeDecoded() {
        for (const DTypeTraits& type : all_dtypes()) {
            const bool block = block_format(type.dtype) != nullptr;
            QCOMPARE(can_decode(type.dtype), can_widen(type.dtype) || block);
        }
        for (const DType dtype : encodable_dtypes()) {
            QVERIFY(can_decode(dtype));
        }
        const std::vector<std::byte> zeros(256);
        std::vector<float> values(256, 1.0f);
        QVERIFY_THROWS_EXCEPTION(Error,
                                 decode_values(DType::q8_k, zeros.data(), 256, values.data()));
        decode_values(DType::i8, zeros.data(), 256, values.data());
        QVERIFY(values == std::vector<float>(256, 0.0f));
    }

    void rowsOfPartialBlocksAreRefused() {
        for (const DType dtype : encodable_dtypes()) {
            const auto grid = make_grid(StorageGrid{dtype});
            const std::int64_t whole = 3 * std::int64_t(traits(dtype).block_values);
            QVERIFY(!grid->refuses(whole).has_value());
            const auto reason = grid->refuses(whole + 1);
            QCOMPARE(reason.has_value(), traits(dtype).block_values > 1);
            QVERIFY(!reason ||
                    reason->english().find(std::to_string(whole + 1)) != std::string::npos);
            QCOMPARE(grid->row_bytes(whole),
                     std::size_t(*storage_bytes(dtype, std::uint64_t(whole))));
        }
    }

    // As in ggml, whose validator then rejects the file: callers look for such values and refuse.
    void aScaleTooLargeForHalfGivesNoNumbers() {
        std::vector<float> values(32, 0.0f);
        values[3] = 3e38f;
        values[7] = -3e38f;
        for (const char* const type : {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0"}) {
            const auto grid = make_grid(parse_grid(type));
            const auto bytes = encoded(*grid, values, 1, 32);
            const auto values_back = decoded(*grid, bytes, 1, 32);
            QVERIFY2(count_non_finite(values_back.data(), values_back.size()) > 0, type);
        }
    }

    void aTensorDecodesItsRowsAndShowsItsCells_data() {
        QTest::addColumn<QString>("type");
        for (const char* const type :
             {"q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "int4:g128:asym", "int8:channel:narrow",
              "int3:tensor", "int5:g32:asym:f32", "int2:tensor:asym"}) {
            QTest::addRow("%s", type) << QString(type);
        }
    }
    void aTensorDecodesItsRowsAndShowsItsCells() {
        QFETCH(QString, type);
        const auto values = readValues<float>(kFolder + "input_studentt.f32");
        QuantizedTensor tensor;
        tensor.grid = make_grid(parse_grid(type.toStdString()));
        tensor.rows = kRows;
        tensor.cols = kCols;
        ValueRange range;
        for (const float value : values) {
            range.lo = std::min(range.lo, value);
            range.hi = std::max(range.hi, value);
        }
        if (tensor.grid->per_tensor()) {
            tensor.params = tensor.grid->fit_tensor(range);
        }
        tensor.bytes.resize(std::size_t(kRows) * tensor.grid->row_bytes(kCols));
        tensor.grid->encode(values.data(), kRows, kCols, {.params = tensor.params},
                            tensor.bytes.data());
        std::vector<float> all(values.size());
        tensor.decode_rows(0, kRows, all.data());
        std::vector<float> some(2 * kCols);
        tensor.decode_rows(3, 2, some.data());
        QVERIFY(std::equal(some.begin(), some.end(), all.begin() + 3 * kCols));
        for (std::int64_t row = 0; row < kRows; ++row) {
            for (std::int64_t col = 0; col < kCols; ++col) {
                const CellInfo cell = tensor.inspect(row, col);
                QVERIFY(cell.block_begin <= col && col < cell.block_end);
                QVERIFY(cell.code_min <= cell.code && cell.code <= cell.code_max);
                const float value = cell.scale * (float(cell.code) - cell.zero) + cell.offset;
                QVERIFY(value == all[std::size_t(row * kCols + col)]);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestCodecGolden)
#include "test_codec_golden.moc"
