#include <QTest>
#include <cstring>
#include <random>

#include "core/grids/block_layout.h"
#include "tests/core/grids/golden_files.h"

using namespace ql;

namespace {

struct Case {
    DType dtype;
    const char* file;
    unsigned codes;  ///< how many codes there are
};
const Case kCases[] = {
    {DType::q4_0, "q4_0", 16},   {DType::q4_1, "q4_1", 16},   {DType::q5_0, "q5_0", 32},
    {DType::q5_1, "q5_1", 32},   {DType::q8_0, "q8_0", 256},  {DType::iq4_nl, "iq4_nl", 16},
    {DType::mxfp4, "mxfp4", 16}, {DType::nvfp4, "nvfp4", 16}, {DType::iq4_xs, "iq4_xs", 16},
    {DType::tq1_0, "tq1_0", 3},  {DType::tq2_0, "tq2_0", 4},  {DType::q1_0, "q1_0", 2},
    {DType::q2_0, "q2_0", 4},
};

}  // namespace

/// The fields of a block, and the bytes that they are stored in.
class TestBlockLayout : public QObject {
    Q_OBJECT

  private slots:
    void data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(std::size(kCases)); ++i) {
            QTest::addRow("%s", kCases[i].file) << i;
        }
    }

    void packedFieldsComeBack_data() { data(); }
    void packedFieldsComeBack() {
        QFETCH(int, index);
        const Case& c = kCases[index];
        const DTypeTraits& type = traits(c.dtype);
        std::mt19937 random(5);
        for (int repeat = 0; repeat < 100; ++repeat) {
            StoredBlock block;
            block.scale = c.dtype == DType::nvfp4   ? 0
                          : c.dtype == DType::mxfp4 ? std::uint16_t(random() & 255)
                                                    : std::uint16_t(random());
            block.minimum = c.dtype == DType::q4_1 || c.dtype == DType::q5_1
                                ? std::uint16_t(random())
                                : std::uint16_t(0);
            for (std::size_t k = 0; k < 8; ++k) {
                block.part_scales[k] = c.dtype == DType::iq4_xs           ? random() & 63
                                       : c.dtype == DType::nvfp4 && k < 4 ? random() & 255
                                                                          : 0;
            }
            for (std::size_t j = 0; j < type.block_values; ++j) {
                block.codes[j] = std::uint8_t(random() % c.codes);
            }
            std::vector<std::byte> bytes(type.block_bytes + 1, std::byte{0xA5});
            pack_block(c.dtype, block, bytes.data());
            QVERIFY(bytes.back() == std::byte{0xA5});
            const StoredBlock again = unpack_block(c.dtype, bytes.data());
            QCOMPARE(again.scale, block.scale);
            QCOMPARE(again.minimum, block.minimum);
            QVERIFY(again.part_scales == block.part_scales);
            QVERIFY(again.codes == block.codes);
        }
    }

    void decodesTheReferenceValues_data() { data(); }
    void decodesTheReferenceValues() {
        QFETCH(int, index);
        const Case& c = kCases[index];
        const DTypeTraits& type = traits(c.dtype);
        const QString stem = QStringLiteral(QL_TEST_DATA "/golden/gguf/studentt.") + c.file;
        const auto bytes = readValues<std::byte>(stem + ".bin");
        const auto expected = readValues<float>(stem + ".deq.f32");
        QCOMPARE(expected.size(), std::size_t(8 * 512));
        std::vector<float> values(expected.size());
        decode_plainly(c.dtype, bytes.data(), values.size() / type.block_values, values.data());
        QVERIFY(std::memcmp(values.data(), expected.data(), values.size() * sizeof(float)) == 0);
    }

    void scaleBytes() {
        QCOMPARE(mxfp4_scale(128), 1.0f);
        QCOMPARE(mxfp4_scale(0), 0x1p-128f);
        QCOMPARE(mxfp4_scale(255), 0x1p127f);
        QCOMPARE(nvfp4_scale(0), 0.0f);
        QCOMPARE(nvfp4_scale(1), 0x1p-10f);
        QCOMPARE(nvfp4_scale(0x38), 0.5f);
        QCOMPARE(nvfp4_scale(0x7E), 224.0f);
        QCOMPARE(nvfp4_scale(0x7F), 0.0f);
    }
};

QTEST_APPLESS_MAIN(TestBlockLayout)
#include "test_block_layout.moc"
