#include <QtTest>

#include "core/grids/k_blocks.h"
#include "core/grids/k_layout.h"
#include "core/tensor/convert.h"
#include "tests/core/grids/golden_files.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

const QString kFolder = QStringLiteral(QL_TEST_DATA "/golden/gguf/");

const char* const kInputs[] = {"gauss",  "studentt", "outlier", "uniform", "zeros",
                               "const",  "ties",     "tiny",    "denorm",  "positive",
                               "sparse", "large",    "lognorm"};
constexpr DType kTypes[] = {DType::q2_k, DType::q3_k, DType::q4_k, DType::q5_k, DType::q6_k};

QString fileName(const char* input, DType type, bool importance) {
    return QString("%1.%2%3.bin")
        .arg(input, QString::fromStdString(std::string(name(type))).toLower(),
             importance ? ".imat" : "");
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
        QCOMPARE(bytes.size(), 16 * block_bytes);
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
        QCOMPARE(values.size(), std::size_t(16 * kSuperBlockValues));
        QCOMPARE(weights.size(), std::size_t(512));
        const int targets = forEachSimdTarget([&](const char* target) {
            std::vector<std::byte> bytes(16 * traits(dtype).block_bytes);
            encode_k_blocks(
                dtype, {values.data(), 16, 2, importance ? weights.data() : nullptr, bytes.data()});
            QVERIFY2(bytes == expected, target);
        });
        QVERIFY(targets >= 1);
    }

    void unpackedBlocksMeanTheReferenceValues_data() {
        QTest::addColumn<int>("type");
        for (const DType type : kTypes) {
            QTest::addRow("%s", std::string(name(type)).c_str()) << int(type);
        }
    }
    void unpackedBlocksMeanTheReferenceValues() {
        QFETCH(int, type);
        const auto dtype = static_cast<DType>(type);
        const QString stem = "studentt." + QString(QTest::currentDataTag()).toLower();
        const auto bytes = readValues<std::byte>(kFolder + stem + ".bin");
        const auto expected = readValues<float>(kFolder + stem + ".deq.f32");
        std::vector<float> values;
        for (std::size_t at = 0; at < bytes.size(); at += traits(dtype).block_bytes) {
            const auto block = valuesOf(dtype, unpack_k_block(dtype, bytes.data() + at));
            values.insert(values.end(), block.begin(), block.end());
        }
        QVERIFY(values == expected);
    }
};

QTEST_APPLESS_MAIN(TestKBlocks)
#include "test_k_blocks.moc"
