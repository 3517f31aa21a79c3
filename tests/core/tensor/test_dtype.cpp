#include <QTest>
#include <limits>
#include <set>

#include "core/tensor/dtype.h"

using namespace ql;

class TestDtype : public QObject {
    Q_OBJECT

  private slots:
    void theTableIsInTheOrderOfTheEnum() {
        std::size_t index = 0;
        for (const DTypeTraits& row : all_dtypes()) {
            QCOMPARE(static_cast<std::size_t>(row.dtype), index);
            QVERIFY(&traits(row.dtype) == &row);
            ++index;
        }
        QCOMPARE(index, static_cast<std::size_t>(DType::q2_0) + 1);
    }

    void namesAndNumbersAreUnique() {
        std::set<std::string_view> names;
        std::set<std::string_view> safetensors;
        std::set<int> ids;
        for (const DTypeTraits& row : all_dtypes()) {
            QVERIFY(!row.name.empty() && names.insert(row.name).second);
            QVERIFY(row.safetensors.empty() || safetensors.insert(row.safetensors).second);
            QVERIFY(row.ggml_id < 0 || ids.insert(row.ggml_id).second);
            QVERIFY(row.block_values > 0 && row.block_bytes > 0);
            if (row.ggml_id >= 0) {
                QVERIFY(dtype_from_ggml(static_cast<std::uint32_t>(row.ggml_id)) == row.dtype);
            }
            if (!row.safetensors.empty()) {
                QVERIFY(dtype_from_safetensors(row.safetensors) == row.dtype);
            }
        }
        QVERIFY(!dtype_from_ggml(4).has_value());
        QVERIFY(!dtype_from_ggml(0xFFFFFFFFu).has_value());
        QVERIFY(!dtype_from_safetensors("").has_value());
        QVERIFY(!dtype_from_safetensors("F33").has_value());
    }

    void bitsOfBlockFormats_data() {
        QTest::addColumn<int>("ggml");
        QTest::addColumn<double>("bits");
        const auto row = [](const char* name, int id, double bits) {
            QTest::addRow("%s", name) << id << bits;
        };
        row("Q4_0", 2, 4.5);
        row("Q4_1", 3, 5.0);
        row("Q5_0", 6, 5.5);
        row("Q5_1", 7, 6.0);
        row("Q8_0", 8, 8.5);
        row("Q2_K", 10, 2.625);
        row("Q3_K", 11, 3.4375);
        row("Q4_K", 12, 4.5);
        row("Q5_K", 13, 5.5);
        row("Q6_K", 14, 6.5625);
        row("IQ4_NL", 20, 4.5);
        row("IQ4_XS", 23, 4.25);
        row("BF16", 30, 16);
        row("TQ1_0", 34, 1.6875);
        row("MXFP4", 39, 4.25);
        row("NVFP4", 40, 4.5);
    }
    void bitsOfBlockFormats() {
        QFETCH(int, ggml);
        QFETCH(double, bits);
        const auto dtype = dtype_from_ggml(static_cast<std::uint32_t>(ggml));
        QVERIFY(dtype.has_value());
        QCOMPARE(QString::fromUtf8(QTest::currentDataTag()),
                 QString::fromUtf8(name(*dtype).data(), qsizetype(name(*dtype).size())));
        QCOMPARE(bits_per_value(*dtype), bits);
    }

    void bytesOfValues() {
        QVERIFY(storage_bytes(DType::f16, 7) == 14u);
        QVERIFY(storage_bytes(DType::q4_0, 64) == 36u);
        QVERIFY(!storage_bytes(DType::q4_0, 33).has_value());
        QVERIFY(storage_bytes(DType::f4, 6) == 3u);
        QVERIFY(!storage_bytes(DType::f4, 7).has_value());
        constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
        QVERIFY(!storage_bytes(DType::f64, kMost).has_value());
        QVERIFY(storage_bytes(DType::f32, 0) == 0u);
    }

    void countsOfShapes() {
        QVERIFY(element_count({}) == 1u);
        QVERIFY(element_count({4096, 256}) == 1048576u);
        QVERIFY(element_count({5, 0, 7}) == 0u);
        QVERIFY(!element_count({2, -1}).has_value());
        QVERIFY(!element_count({std::int64_t{1} << 32, std::int64_t{1} << 31}).has_value());
        QVERIFY(!element_count({0, std::int64_t{1} << 62, 2}).has_value());
        QCOMPARE(QString::fromStdString(to_string(Shape{4096, 256})), QStringLiteral("4096 × 256"));
        QCOMPARE(QString::fromStdString(to_string(Shape{})), QStringLiteral("scalar"));
    }
};

QTEST_APPLESS_MAIN(TestDtype)
#include "test_dtype.moc"
