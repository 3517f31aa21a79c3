#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "core/grids/block_anatomy.h"
#include "core/grids/block_format.h"
#include "core/grids/block_textbook.h"
#include "core/grids/grid.h"
#include "tests/core/grids/golden_files.h"

using namespace ql;

namespace {

constexpr std::int64_t kCols = 512;
const QString kFolder = QStringLiteral(QL_TEST_DATA "/golden/gguf/");

constexpr DType kTypes[] = {DType::q4_0,   DType::q4_1,   DType::q5_0,  DType::q5_1,  DType::q8_0,
                            DType::q2_k,   DType::q3_k,   DType::q4_k,  DType::q5_k,  DType::q6_k,
                            DType::iq4_nl, DType::iq4_xs, DType::mxfp4, DType::nvfp4, DType::tq1_0,
                            DType::tq2_0,  DType::q1_0,   DType::q2_0};

QString fileName(DType dtype) {
    const std::string_view type = name(dtype);
    return QString::fromLatin1(type.data(), qsizetype(type.size())).toLower();
}

// Random bytes, hostile ones too: infinite and NaN scales, bytes that no encoder writes.
std::vector<std::byte> randomBytes(std::size_t count) {
    std::mt19937 random(7);
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random() & 255u);
    }
    return bytes;
}

std::vector<float> decodedByAnatomy(const BlockAnatomy& anatomy,
                                    const std::vector<std::byte>& bytes) {
    std::vector<float> values;
    for (std::size_t at = 0; at < bytes.size(); at += std::size_t(anatomy.bytes)) {
        for (const BlockValue& value : read_block(anatomy, bytes.data() + at).values) {
            values.push_back(value.decoded);
        }
    }
    return values;
}

// Equal bit by bit; any NaN equals any other.
bool sameNumbers(const std::vector<float>& a, const std::vector<float>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
        return (std::isnan(x) && std::isnan(y)) || std::memcmp(&x, &y, sizeof x) == 0;
    });
}

}  // namespace

/// Where the bits of a stored block are, and what they mean.
class TestBlockAnatomy : public QObject {
    Q_OBJECT

  private slots:
    void everyDecodableBlockIsDescribed() {
        for (const DTypeTraits& type : all_dtypes()) {
            const bool described =
                std::find(std::begin(kTypes), std::end(kTypes), type.dtype) != std::end(kTypes);
            QCOMPARE(block_anatomy(type.dtype) != nullptr, described);
            QVERIFY2(described || block_format(type.dtype) == nullptr, type.name.data());
        }
    }

    void everyBitBelongsToOneField_data() { addTypes(); }
    void everyBitBelongsToOneField() {
        const BlockAnatomy& anatomy = fetched();
        std::vector<int> owners(8 * std::size_t(anatomy.bytes), 0);
        for (std::size_t i = 0; i < anatomy.fields.size(); ++i) {
            const BlockField& field = anatomy.fields[i];
            int bits = 0;
            for (const BitRun& run : field.bits) {
                QCOMPARE(run.shift, std::uint8_t(bits));
                for (std::size_t bit = run.first; bit < std::size_t(run.first + run.count); ++bit) {
                    QVERIFY(bit < owners.size());
                    ++owners[bit];
                    QCOMPARE(anatomy.of_bit[bit], std::uint16_t(i));
                }
                bits += run.count;
            }
            QCOMPARE(field.bit_count(), bits);
        }
        QCOMPARE(std::count(owners.begin(), owners.end(), 1), qsizetype(owners.size()));
        QCOMPARE(std::uint32_t(anatomy.bytes), traits(anatomy.dtype).block_bytes);
        QCOMPARE(std::uint32_t(anatomy.values), traits(anatomy.dtype).block_values);
    }

    // Flipping a bit of a field changes values of the field, and no others.
    void aBitChangesTheValuesOfItsFieldOnly_data() { addTypes(); }
    void aBitChangesTheValuesOfItsFieldOnly() {
        const BlockAnatomy& anatomy = fetched();
        const auto stored =
            readValues<std::byte>(kFolder + "studentt." + fileName(anatomy.dtype) + ".bin");
        std::vector<std::byte> block(stored.begin(), stored.begin() + anatomy.bytes);
        const BlockReading before = read_block(anatomy, block.data());
        std::vector<bool> changing(anatomy.fields.size(), false);
        for (std::size_t bit = 0; bit < anatomy.of_bit.size(); ++bit) {
            const std::byte mask = std::byte{1} << (bit % 8);
            block[bit / 8] ^= mask;
            const BlockReading after = read_block(anatomy, block.data());
            block[bit / 8] ^= mask;
            const std::size_t owner = anatomy.of_bit[bit];
            for (std::size_t i = 0; i < anatomy.fields.size(); ++i) {
                QCOMPARE(before.raw[i] != after.raw[i], i == owner);
            }
            for (int j = 0; j < anatomy.values; ++j) {
                const BlockValue& old = before.values[std::size_t(j)];
                const BlockValue& now = after.values[std::size_t(j)];
                const bool changed =
                    old.raw != now.raw || !(old.scale == now.scale) || !(old.offset == now.offset);
                QVERIFY(!changed || anatomy.fields[owner].values.contains(j));
                changing[owner] = changing[owner] || changed;
            }
        }
        QCOMPARE(std::count(changing.begin(), changing.end(), true), qsizetype(changing.size()));
    }

    void readsTheReferenceValues_data() { addTypes(); }
    void readsTheReferenceValues() {
        const BlockAnatomy& anatomy = fetched();
        const QString file = kFolder + "studentt." + fileName(anatomy.dtype);
        const auto expected = readValues<float>(file + ".deq.f32");
        QCOMPARE(expected.size(), std::size_t(8 * kCols));
        QVERIFY(
            sameNumbers(decodedByAnatomy(anatomy, readValues<std::byte>(file + ".bin")), expected));
    }

    void readsAnyBytesAsTheDecoderDoes_data() {
        addTypes([](DType dtype) { return block_format(dtype) != nullptr; });
    }
    void readsAnyBytesAsTheDecoderDoes() {
        const BlockAnatomy& anatomy = fetched();
        const BlockFormat* format = block_format(anatomy.dtype);
        constexpr std::size_t kBlocks = 500;
        const auto bytes = randomBytes(kBlocks * std::size_t(anatomy.bytes));
        const std::vector<float> read = decodedByAnatomy(anatomy, bytes);
        QCOMPARE(read.size(), kBlocks * std::size_t(anatomy.values));
        std::vector<float> decoded(read.size());
        format->decode(bytes.data(), kBlocks, decoded.data());
        QVERIFY(sameNumbers(read, decoded));
    }

    // decoded = scale * level + offset, and the code in its range.
    void partsMakeTheValue_data() { addTypes(); }
    void partsMakeTheValue() {
        const BlockAnatomy& anatomy = fetched();
        const auto bytes =
            readValues<std::byte>(kFolder + "studentt." + fileName(anatomy.dtype) + ".bin");
        const BlockReading reading = read_block(anatomy, bytes.data());
        for (int j = 0; j < anatomy.values; ++j) {
            const BlockValue& value = reading.values[std::size_t(j)];
            QVERIFY(anatomy.code_min <= value.code && value.code <= anatomy.code_max);
            QCOMPARE(value.level, anatomy.level(value.code));
            QVERIFY(value.decoded == value.scale * value.level + value.offset);
            QVERIFY(anatomy.has_minimum() || value.offset == 0);
            const BlockValue& first =
                reading.values[std::size_t(j / anatomy.sub_values * anatomy.sub_values)];
            QVERIFY(value.scale == first.scale && value.offset == first.offset);
        }
    }

    // Of every type in the table: what a cell shows makes the decoded weight.
    void cellsOfGrids() {
        for (const DType dtype : encodable_dtypes()) {
            const BlockAnatomy* anatomy = block_anatomy(dtype);
            if (!anatomy) {
                continue;
            }
            const auto bytes =
                readValues<std::byte>(kFolder + "studentt." + fileName(dtype) + ".bin");
            QuantizedTensor tensor{make_grid(StorageGrid{dtype}), 8, kCols, {}, bytes};
            std::vector<float> decoded(8 * kCols);
            tensor.decode_rows(0, 8, decoded.data());
            for (std::int64_t row = 0; row < 8; ++row) {
                for (std::int64_t col = 0; col < kCols; ++col) {
                    const CellInfo cell = tensor.inspect(row, col);
                    QVERIFY(cell.block_begin <= col && col < cell.block_end);
                    QCOMPARE(cell.block_end - cell.block_begin, anatomy->sub_values);
                    QVERIFY(cell.scale * cell.level() + cell.offset ==
                            decoded[std::size_t(row * kCols + col)]);
                }
            }
        }
    }

    // The notes of a type name its own numbers, and every type has some.
    void notes() {
        for (const DType dtype : kTypes) {
            const BlockNotes notes = block_notes(*block_anatomy(dtype));
            QVERIFY(notes.formula.starts_with("w = "));
            QVERIFY(!notes.origin.empty() && !notes.textbook.empty());
        }
        // What the reference does is not said of other fits.
        for (const Fit& fit : {Fit{.search = true}, Fit{.importance = true}}) {
            const std::string q4 = block_notes(*block_anatomy(DType::q4_0), fit).origin.english();
            QVERIFY(q4.find("always gets code 0") == q4.npos && !q4.empty());
        }
        QCOMPARE(block_notes(*block_anatomy(DType::q5_0)).formula, "w = d · (q − 16)");
        const std::string q3 = block_notes(*block_anatomy(DType::q3_k)).origin.english();
        QVERIFY(q3.find("Every 16 weights") != q3.npos && q3.find("of 6 bits") != q3.npos);
        QCOMPARE(block_notes(*block_anatomy(DType::q4_0)).textbook.english(),
                 std::string("For 32 weights: scale max|w|/7, a float; codes −7 to 7, rounded to "
                             "nearest."));
    }

    void theTextbookRoundsToItsOwnGrid() {
        std::vector<float> w(32, 0.0f);
        w[0] = -7;
        w[1] = 3.4f;
        w[2] = 2.5f;  // a tie goes to the even code
        w[3] = 6;
        const std::vector<float> symmetric = textbook_values(*block_anatomy(DType::q4_0), w.data());
        QCOMPARE(std::vector(symmetric.begin(), symmetric.begin() + 5),
                 (std::vector<float>{-7, 3, 2, 6, 0}));
        w[1] = 8;  // the range is 15: a step of 1 from -7 on
        w[2] = 2.4f;
        const std::vector<float> shifted = textbook_values(*block_anatomy(DType::q4_1), w.data());
        QCOMPARE(std::vector(shifted.begin(), shifted.begin() + 5),
                 (std::vector<float>{-7, 8, 2, 6, 0}));
        w.resize(256, 0.0f);
        w[100] = -2.5f;  // in another sub-block, which has its own scale
        const std::vector<float> one = textbook_values(*block_anatomy(DType::q1_0), w.data());
        QCOMPARE(one[0], -8.0f);
        QCOMPARE(one[3], 8.0f);
        const std::vector<float> ternary = textbook_values(*block_anatomy(DType::tq1_0), w.data());
        QCOMPARE(std::vector(ternary.begin(), ternary.begin() + 5),
                 (std::vector<float>{-8, 8, 0, 8, 0}));
        const std::vector<float> subs = textbook_values(*block_anatomy(DType::q3_k), w.data());
        QCOMPARE(subs[100], -2.5f);
        QCOMPARE(subs[3], 8.0f / 3 * 2);
        // Blocks of zeros stay zeros.
        const std::vector<float> zeros(256, 0.0f);
        for (const DType dtype : kTypes) {
            const auto values = textbook_values(*block_anatomy(dtype), zeros.data());
            QVERIFY(std::all_of(values.begin(), values.end(), [](float v) { return v == 0; }));
        }
    }

  private:
    static void addTypes(const std::function<bool(DType)>& wanted = [](DType) { return true; }) {
        QTest::addColumn<int>("dtype");
        for (const DType dtype : kTypes) {
            if (wanted(dtype)) {
                QTest::addRow("%s", name(dtype).data()) << int(dtype);
            }
        }
    }
    static const BlockAnatomy& fetched() {
        QFETCH(int, dtype);
        return *block_anatomy(static_cast<DType>(dtype));
    }
};

QTEST_APPLESS_MAIN(TestBlockAnatomy)
#include "test_block_anatomy.moc"
