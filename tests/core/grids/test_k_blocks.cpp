#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/grids/k_blocks.h"
#include "core/grids/k_layout.h"
#include "core/tensor/convert.h"
#include "tests/core/grids/golden_files.h"
#include "tests/core/grids/troublesome_values.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

const QString kFolder = QStringLiteral(QL_TEST_DATA "/golden/gguf/");

const char* const kInputs[] = {"gauss",  "studentt", "outlier", "uniform", "zeros",
                               "const",  "ties",     "tiny",    "denorm",  "positive",
                               "sparse", "large",    "lognorm"};
constexpr std::size_t kCols = 512;
constexpr std::size_t kBlocksPerRow = kCols / kSuperBlockValues;
constexpr std::size_t kRows = 8;
constexpr DType kTypes[] = {DType::q2_k, DType::q3_k, DType::q4_k, DType::q5_k, DType::q6_k};

QString fileName(const char* input, DType type, bool importance) {
    return QString("%1.%2%3.bin")
        .arg(input, QString::fromStdString(std::string(name(type))).toLower(),
             importance ? ".imat" : "");
}

std::vector<std::byte> encoded(DType type, const float* values, std::size_t rows,
                               const float* importance) {
    const std::size_t block_bytes = traits(type).block_bytes;
    std::vector<std::byte> bytes(rows * kBlocksPerRow * block_bytes + 1, std::byte{0xA5});
    encode_k_blocks(type, {values, rows * kBlocksPerRow, kBlocksPerRow, importance, bytes.data()});
    const bool beyond = bytes.back() != std::byte{0xA5};
    bytes.pop_back();
    return beyond ? std::vector<std::byte>() : bytes;
}

std::vector<float> decoded(DType type, const std::vector<std::byte>& bytes) {
    const std::size_t blocks = bytes.size() / traits(type).block_bytes;
    std::vector<float> values(blocks * kSuperBlockValues + 1, 7.0f);
    decode_k_blocks(type, bytes.data(), blocks, values.data());
    const bool beyond = values.back() != 7.0f;
    values.pop_back();
    return beyond ? std::vector<float>() : values;
}

/// Equal bits; all NaN are one.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
        return std::isnan(x) ? std::isnan(y) : std::memcmp(&x, &y, sizeof x) == 0;
    });
}

std::vector<std::byte> randomBytes(std::size_t count) {
    std::mt19937 random(11);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) {
        byte = std::byte(random() & 255u);
    }
    return bytes;
}

/// Whole rows of values of every troublesome kind.
Values troublesomeRows() {
    Values values = troublesomeValues();
    values.resize(values.size() / kCols * kCols);
    return values;
}

/// Importance as it comes, and importance that is mostly 0, where fits go astray.
std::vector<Values> importances() {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0.0f, 1.0f);
    std::vector<Values> all(2, Values(kCols));
    for (std::size_t i = 0; i < kCols; ++i) {
        all[0][i] = std::fabs(normal(random));
        all[1][i] = random() % 20 == 0 ? std::fabs(normal(random)) : 0.0f;
    }
    return all;
}

/// What k_layout.h says about a block, in plain code.
std::vector<float> valuesOf(DType type, const KBlock& block) {
    std::vector<float> values;
    for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
        const std::size_t k = j / sub_block_values(type);
        const float scale = half_to_float(block.d) * float(block.scales[k]);
        const float minimum = half_to_float(block.dmin) * float(block.mins[k]);
        values.push_back(scale * float(block.codes[j]) - minimum);
    }
    return values;
}

}  // namespace

/// K-quants: their layout, and the bytes and values of ggml.
class TestKBlocks : public QObject {
    Q_OBJECT

  private slots:
    void everyFile_data() {
        QTest::addColumn<QString>("input");
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("importance");
        for (const char* const input : kInputs) {
            for (const DType type : kTypes) {
                for (const bool importance : {false, true}) {
                    const QString file = fileName(input, type, importance);
                    QTest::addRow("%s", qPrintable(file))
                        << QString(input) << int(type) << importance;
                }
            }
        }
    }

    void packingUndoesUnpacking_data() { everyFile_data(); }
    void packingUndoesUnpacking() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const auto bytes = readValues<std::byte>(kFolder + QTest::currentDataTag());
        const std::size_t block_bytes = traits(dtype).block_bytes;
        QCOMPARE(bytes.size(), kRows * kBlocksPerRow * block_bytes);
        std::vector<std::byte> packed(bytes.size());
        for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
            pack_k_block(dtype, unpack_k_block(dtype, bytes.data() + at), packed.data() + at);
        }
        QVERIFY(packed == bytes);
    }

    void encodesTheReferenceBytes_data() { everyFile_data(); }
    void encodesTheReferenceBytes() {
        QFETCH(QString, input);
        QFETCH(int, type);
        QFETCH(bool, importance);
        const auto dtype = static_cast<DType>(type);
        const auto values = readValues<float>(kFolder + "input_" + input + ".f32");
        const auto weights = readValues<float>(kFolder + "imatrix_512.f32");
        const auto expected = readValues<std::byte>(kFolder + QTest::currentDataTag());
        QCOMPARE(values.size(), kRows * kCols);
        QCOMPARE(weights.size(), kCols);
        const int targets = forEachSimdTarget([&](const char* target) {
            const auto bytes =
                encoded(dtype, values.data(), kRows, importance ? weights.data() : nullptr);
            QVERIFY2(bytes == expected, target);
        });
        QVERIFY(targets >= 1);
        if (input == "denorm") {
            for (const float value : decoded(dtype, expected)) {
                QVERIFY(std::fabs(value) < 1e-39f);
            }
        }
    }

    void decodesTheReferenceValues_data() { everyType(); }
    void decodesTheReferenceValues() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const QString stem = "studentt." + QString(QTest::currentDataTag()).toLower();
        const auto bytes = readValues<std::byte>(kFolder + stem + ".bin");
        const auto expected = readValues<float>(kFolder + stem + ".deq.f32");
        QCOMPARE(expected.size(), kRows * kCols);
        forEachSimdTarget(
            [&](const char* target) { QVERIFY2(same(decoded(dtype, bytes), expected), target); });
    }

    /// Bytes of a hostile file: any scale, NaN too, at any address.
    void anyBytesDecode_data() { everyType(); }
    void anyBytesDecode() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const std::size_t block_bytes = traits(dtype).block_bytes;
        const auto bytes = randomBytes(401 * block_bytes);
        std::vector<float> expected;
        for (std::size_t at = 0; at < bytes.size(); at += block_bytes) {
            const KBlock block = unpack_k_block(dtype, bytes.data() + at);
            const auto values = valuesOf(dtype, block);
            expected.insert(expected.end(), values.begin(), values.end());
            std::vector<std::byte> packed(block_bytes);
            pack_k_block(dtype, block, packed.data());
            QVERIFY(std::equal(packed.begin(), packed.end(), bytes.begin() + std::ptrdiff_t(at)));
        }
        forEachSimdTarget(
            [&](const char* target) { QVERIFY2(same(decoded(dtype, bytes), expected), target); });
    }

    void troubleIsTheSameOnEveryTarget_data() { everyType(); }
    void troubleIsTheSameOnEveryTarget() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const Values values = troublesomeRows();
        const auto weights = importances();
        for (const float* importance :
             {static_cast<const float*>(nullptr), weights[0].data(), weights[1].data()}) {
            std::vector<std::byte> expected;
            forEachSimdTarget([&](const char* target) {
                const auto bytes = encoded(dtype, values.data(), values.size() / kCols, importance);
                expected = expected.empty() ? bytes : expected;
                QVERIFY2(!bytes.empty() && bytes == expected, target);
            });
        }
    }

    /// However rows are cut into runs: lanes do not know of each other.
    void piecesGiveTheSameBytes_data() { everyType(); }
    void piecesGiveTheSameBytes() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const Values values = troublesomeRows();
        const std::size_t rows = values.size() / kCols;
        const std::size_t row_bytes = kBlocksPerRow * traits(dtype).block_bytes;
        const auto weights = importances();
        for (const float* importance : {static_cast<const float*>(nullptr), weights[0].data()}) {
            const auto whole = encoded(dtype, values.data(), rows, importance);
            for (std::size_t row = 0, piece = 1; row < rows; row += piece, piece = piece % 13 + 1) {
                const std::size_t count = std::min(piece, rows - row);
                const auto bytes = encoded(dtype, values.data() + row * kCols, count, importance);
                QCOMPARE(bytes.size(), count * row_bytes);
                QVERIFY(std::equal(bytes.begin(), bytes.end(),
                                   whole.begin() + std::ptrdiff_t(row * row_bytes)));
            }
        }
    }

  private:
    static void everyType() {
        QTest::addColumn<int>("type");
        for (const DType type : kTypes) {
            QTest::addRow("%s", std::string(name(type)).c_str()) << int(type);
        }
    }
};

QTEST_APPLESS_MAIN(TestKBlocks)
#include "test_k_blocks.moc"
