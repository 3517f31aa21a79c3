#include <QTest>
#include <cstring>
#include <random>

#include "core/base/error.h"
#include "core/grids/integer_codec.h"
#include "core/grids/packed_matrix.h"
#include "core/tensor/convert.h"

using namespace ql;

namespace {

using Codes = std::vector<std::uint8_t>;  // of one row

IntegerGrid integerGrid(int bits, Granularity granularity, int group,
                        Symmetry symmetry = Symmetry::symmetric) {
    return {.bits = bits, .granularity = granularity, .group = group, .symmetry = symmetry};
}

/// A matrix whose rows have these codes, scale 1 and, in every group, the row's zero point.
QuantizedTensor matrixOf(const IntegerGrid& grid, const std::vector<Codes>& rows,
                         const std::vector<int>& zeros = {}) {
    const IntegerCodec codec(grid);
    const auto cols = static_cast<std::int64_t>(rows.front().size());
    QuantizedTensor tensor{make_grid(grid), static_cast<std::int64_t>(rows.size()), cols, {}, {}};
    const auto groups = static_cast<std::size_t>(cols / codec.group_size(cols));
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const int zero = zeros.empty() ? 1 << (grid.bits - 1) : zeros[row];
        std::vector<std::byte> bytes(codec.row_bytes(cols));
        codec.pack({rows[row], std::vector<float>(groups, 1.0f),
                    std::vector<std::uint8_t>(groups, static_cast<std::uint8_t>(zero))},
                   bytes.data());
        tensor.bytes.insert(tensor.bytes.end(), bytes.begin(), bytes.end());
    }
    return tensor;
}

struct Parts {
    std::vector<std::vector<std::byte>> bytes;

    explicit Parts(const PackedMatrix& matrix) {
        for (std::size_t part = 0; part < matrix.parts().size(); ++part) {
            bytes.emplace_back(matrix.part_bytes(part));
        }
    }
    std::vector<std::span<std::byte>> writable() { return {bytes.begin(), bytes.end()}; }
    std::vector<std::span<const std::byte>> readable() const {
        return {bytes.begin(), bytes.end()};
    }
    std::uint32_t word(std::size_t part, std::size_t index) const {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes[part].data() + 4 * index, 4);
        return word;
    }
};

Parts packed(const PackedFormat& format, const QuantizedTensor& tensor) {
    const PackedMatrix matrix(format, tensor.rows, tensor.cols);
    Parts parts(matrix);
    matrix.pack(tensor, 0, tensor.rows, parts.writable());
    return parts;
}

std::vector<Codes> sameRows(std::size_t count, const Codes& codes) {
    return std::vector<Codes>(count, codes);
}

QuantizedTensor encoded(const GridSpec& spec, std::int64_t rows, std::int64_t cols, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.01f, 0.05f);
    std::vector<float> weights(static_cast<std::size_t>(rows * cols));
    TensorRange range;
    range.block_maxima.resize(static_cast<std::size_t>(blocks_along(rows) * blocks_along(cols)));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const float weight = weights[i] = normal(random);
        range.lo = std::min(range.lo, weight);
        range.hi = std::max(range.hi, weight);
        const std::size_t row = i / static_cast<std::size_t>(cols);
        const std::size_t col = i % static_cast<std::size_t>(cols);
        float& block =
            range.block_maxima[row / kBlockSide * static_cast<std::size_t>(blocks_along(cols)) +
                               col / kBlockSide];
        block = std::max(block, std::abs(weight));
    }
    QuantizedTensor tensor{make_grid(spec), rows, cols, {}, {}};
    const Grid& grid = *tensor.grid;
    tensor.params = grid.per_tensor() ? grid.fit_tensor(range) : TensorParams{};
    tensor.bytes.resize(static_cast<std::size_t>(rows) * grid.row_bytes(cols));
    EncodeOptions options;
    options.params = tensor.params;
    options.block_maxima = range.block_maxima.data();
    grid.encode(weights.data(), rows, cols, options, tensor.bytes.data());
    return tensor;
}

/// Of a table of matrices.
void addColumns() {
    QTest::addColumn<int>("layout");
    QTest::addColumn<QString>("grid");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
}

void addCase(PackedLayout layout, const char* grid, int rows, int cols) {
    QTest::addRow("%d %s %d x %d", static_cast<int>(layout), grid, rows, cols)
        << static_cast<int>(layout) << grid << rows << cols;
}

}  // namespace

class TestPackedMatrix : public QObject {
    Q_OBJECT

  private slots:
    void gptqCodesAlongColumns() {
        const auto first_word = [](int bits, const Codes& codes, std::size_t word = 0) {
            const IntegerGrid grid = integerGrid(bits, Granularity::channel, 0);
            const Parts parts =
                packed({PackedLayout::gptq, grid}, matrixOf(grid, sameRows(32, codes)));
            return parts.word(0, word * 32);  // [words, rows]
        };
        QCOMPARE(first_word(4, {1, 2, 3, 4, 5, 6, 7, 8}), 0x87654321u);
        QCOMPARE(first_word(4, {0, 1, 2, 3, 4, 5, 6, 7}), 0x76543210u);
        QCOMPARE(first_word(2, {0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 3, 3, 0, 0, 0, 0}), 0x00FFE4E4u);
        QCOMPARE(first_word(8, {1, 128, 200, 255}), 0xFFC88001u);
        Codes rising(32);
        Codes falling(32);
        for (std::size_t i = 0; i < 32; ++i) {
            rising[i] = static_cast<std::uint8_t>(i % 8);
            falling[i] = static_cast<std::uint8_t>(7 - i % 8);
        }
        QCOMPARE(first_word(3, rising, 0), 0x88FAC688u);
        QCOMPARE(first_word(3, rising, 1), 0xC688FAC6u);
        QCOMPARE(first_word(3, rising, 2), 0xFAC688FAu);
        QCOMPARE(first_word(3, falling, 0), 0x77053977u);
        QCOMPARE(first_word(3, falling, 1), 0x39770539u);
        QCOMPARE(first_word(3, falling, 2), 0x05397705u);
    }

    void gptqZeroPoints_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("less_one");
        QTest::addColumn<QList<quint32>>("words");
        QTest::newRow("2 v1") << 2 << true << QList<quint32>{0x55555555};
        QTest::newRow("2 v2") << 2 << false << QList<quint32>{0xAAAAAAAA};
        QTest::newRow("3 v1") << 3 << true << QList<quint32>{0xDB6DB6DB, 0xB6DB6DB6, 0x6DB6DB6D};
        QTest::newRow("3 v2") << 3 << false << QList<quint32>{0x24924924, 0x49249249, 0x92492492};
        QTest::newRow("4 v1") << 4 << true << QList<quint32>{0x77777777};
        QTest::newRow("4 v2") << 4 << false << QList<quint32>{0x88888888};
        QTest::newRow("8 v1") << 8 << true << QList<quint32>{0x7F7F7F7F};
        QTest::newRow("8 v2") << 8 << false << QList<quint32>{0x80808080};
    }
    void gptqZeroPoints() {
        QFETCH(const int, bits);
        QFETCH(const bool, less_one);
        QFETCH(const QList<quint32>, words);
        const IntegerGrid grid = integerGrid(bits, Granularity::channel, 0);
        const Parts parts = packed({less_one ? PackedLayout::gptq : PackedLayout::gptq_v2, grid},
                                   matrixOf(grid, sameRows(32, Codes(32, 1))));
        for (qsizetype i = 0; i < words.size(); ++i) {
            QCOMPARE(parts.word(1, static_cast<std::size_t>(i)), words[i]);
        }
    }

    void gptqTellsEveryColumnsGroup() {
        const IntegerGrid grid = integerGrid(4, Granularity::group, 16);
        const Parts parts =
            packed({PackedLayout::gptq, grid}, matrixOf(grid, sameRows(8, Codes(48, 3))));
        for (std::size_t col = 0; col < 48; ++col) {
            QCOMPARE(parts.word(3, col), static_cast<std::uint32_t>(col / 16));
        }
    }

    void awqInterleavesRows() {
        const IntegerGrid grid = integerGrid(4, Granularity::group, 1, Symmetry::asymmetric);
        std::vector<Codes> rows;
        std::vector<int> zeros;
        for (std::uint8_t row = 0; row < 8; ++row) {
            rows.push_back({static_cast<std::uint8_t>(row + 1), row});
            zeros.push_back(row);
        }
        const Parts parts = packed({PackedLayout::awq, grid}, matrixOf(grid, rows, zeros));
        QCOMPARE(parts.word(0, 0), 0x86427531u);
        QCOMPARE(parts.word(0, 1), 0x75316420u);
        QCOMPARE(parts.word(1, 0), 0x75316420u);
    }

    void compressedCodesAndZeroPoints() {
        // Signed codes and zero points -8 .. 7 are stored with 8 added: here they have it already.
        const auto shifted = [](const std::vector<int>& values, int by) {
            Codes codes;
            for (const int value : values) {
                codes.push_back(static_cast<std::uint8_t>(value + by));
            }
            return codes;
        };
        const IntegerGrid four = integerGrid(4, Granularity::channel, 0);
        QCOMPARE(packed({PackedLayout::pack_quantized, four},
                        matrixOf(four, {shifted({-8, -7, -1, 0, 1, 2, 6, 7}, 8)}))
                     .word(0, 0),
                 0xFEA98710u);
        const IntegerGrid eight = integerGrid(8, Granularity::channel, 0);
        QCOMPARE(packed({PackedLayout::pack_quantized, eight},
                        matrixOf(eight, {shifted({-128, -1, 0, 127}, 128)}))
                     .word(0, 0),
                 0xFF807F00u);
        const IntegerGrid zeros = integerGrid(4, Granularity::channel, 0, Symmetry::asymmetric);
        std::vector<int> points;
        for (const int point : {-8, -4, 0, 3, 7, 1, -1, 2}) {
            points.push_back(point + 8);
        }
        const Parts parts = packed({PackedLayout::pack_quantized, zeros},
                                   matrixOf(zeros, sameRows(8, Codes(8, 5)), points));
        QCOMPARE(parts.word(3, 0), 0xA79FB840u);
        QCOMPARE(parts.word(2, 0), 8u);  // weight_shape, 64 bits each
        QCOMPARE(parts.word(2, 2), 8u);
    }

    void bytesAreSigned() {
        const IntegerGrid grid = integerGrid(8, Granularity::channel, 0);
        const Parts parts =
            packed({PackedLayout::int_quantized, grid}, matrixOf(grid, {{0, 127, 128, 255}}));
        QCOMPARE(parts.word(0, 0), 0x7F00FF80u);  // -128, -1, 0, 127
    }

    void whatWasPackedComesBack_data() {
        addColumns();
        for (const char* grid : {"int2:g32:sym", "int3:g32:sym", "int4:g64:sym", "int8:channel:sym",
                                 "int4:channel:sym"}) {
            addCase(PackedLayout::gptq, grid, 96, 192);
        }
        for (const char* grid : {"int2:g32:asym", "int3:g96:asym", "int4:g64:asym:bf16",
                                 "int8:g64:asym:f32", "int4:g128:sym"}) {
            addCase(PackedLayout::gptq_v2, grid, 64, 384);
        }
        for (const char* grid : {"int4:g32:asym", "int4:g96:asym", "int4:g32:sym"}) {
            addCase(PackedLayout::awq, grid, 40, 96);
        }
        for (const char* grid : {"int4:g5:asym", "int8:g5:asym", "int4:g5:sym", "int4:channel:sym",
                                 "int8:channel:sym:bf16"}) {
            addCase(PackedLayout::pack_quantized, grid, 41, 35);
        }
        for (const char* grid : {"int8:channel:sym", "int8:tensor:sym:f32"}) {
            addCase(PackedLayout::int_quantized, grid, 41, 35);
        }
        for (const char* grid :
             {"fp8_e4m3:tensor", "fp8_e4m3:channel", "fp8_e5m2:channel", "fp8_e4m3:block"}) {
            addCase(PackedLayout::float_quantized, grid, 150, 131);
        }
        addCase(PackedLayout::fp8, "fp8_e4m3:block", 257, 256);
    }
    void whatWasPackedComesBack() {
        QFETCH(const int, layout);
        QFETCH(const QString, grid);
        QFETCH(const int, rows);
        QFETCH(const int, cols);
        const PackedFormat format{static_cast<PackedLayout>(layout),
                                  parse_grid(grid.toStdString())};
        QVERIFY(!PackedMatrix::refuses(format, rows, cols));
        const QuantizedTensor tensor = encoded(format.grid, rows, cols, 7);
        const PackedMatrix matrix(format, rows, cols);
        Parts parts(matrix);
        for (std::int64_t first = 0; first < rows; first += PackedMatrix::kBand) {
            matrix.pack(tensor, first, std::min(PackedMatrix::kBand, rows - first),
                        parts.writable());
        }
        QVERIFY(matrix.params(parts.readable()) == tensor.params);
        std::vector<std::byte> back(tensor.bytes.size());
        const std::size_t row_bytes = tensor.grid->row_bytes(cols);
        for (std::int64_t first = 0; first < rows; first += 7) {  // any pieces
            matrix.unpack(parts.readable(), first, std::min<std::int64_t>(7, rows - first),
                          back.data() + static_cast<std::size_t>(first) * row_bytes);
        }
        QVERIFY(back == tensor.bytes);
    }

    void wideScalesOfFp8() {
        const GridSpec grid = Fp8Grid{DType::f8_e4m3, Fp8Scaling::channel};
        const QuantizedTensor tensor = encoded(grid, 3, 64, 1);
        const PackedMatrix matrix({PackedLayout::float_quantized, grid, DType::bf16}, 3, 64);
        QCOMPARE(matrix.parts()[1].dtype, DType::bf16);
        Parts parts(matrix);
        matrix.pack(tensor, 0, 3, parts.writable());
        QuantizedTensor back = tensor;
        matrix.unpack(parts.readable(), 0, 3, back.bytes.data());
        QCOMPARE(back.inspect(1, 0).scale,
                 bf16_to_float(float_to_bf16(tensor.inspect(1, 0).scale)));
    }

    void sameBytesInAllLayouts() {
        // A GPTQ column of words is a row of compressed-tensors; AWQ and GPTQ hold the same matrix.
        const GridSpec grid = parse_grid("int4:g32:asym");
        const QuantizedTensor tensor = encoded(grid, 32, 64, 3);
        const Parts gptq = packed({PackedLayout::gptq_v2, grid}, tensor);
        const Parts compressed = packed({PackedLayout::pack_quantized, grid}, tensor);
        for (std::size_t row = 0; row < 32; ++row) {
            for (std::size_t word = 0; word < 8; ++word) {
                QCOMPARE(gptq.word(0, word * 32 + row), compressed.word(0, row * 8 + word));
            }
        }
        const Parts awq = packed({PackedLayout::awq, grid}, tensor);
        QVERIFY(awq.bytes[2] == gptq.bytes[2]);
    }

    void refusals_data() {
        addColumns();
        addCase(PackedLayout::gptq, "int5:channel", 32, 32);
        addCase(PackedLayout::gptq, "int4:tensor", 32, 32);
        addCase(PackedLayout::gptq, "int4:channel", 12, 32);
        addCase(PackedLayout::gptq, "int4:channel", 32, 12);
        addCase(PackedLayout::gptq, "int3:channel", 32, 48);
        addCase(PackedLayout::gptq, "q4_0", 32, 32);
        addCase(PackedLayout::gptq, "int4:g24", 32, 32);
        addCase(PackedLayout::awq, "int8:g32", 32, 32);
        addCase(PackedLayout::awq, "int4:g32", 12, 32);
        addCase(PackedLayout::pack_quantized, "int3:channel", 32, 32);
        addCase(PackedLayout::int_quantized, "int8:channel:asym", 32, 32);
        addCase(PackedLayout::int_quantized, "int8:g32", 32, 32);
        addCase(PackedLayout::float_quantized, "int8:channel", 32, 32);
        addCase(PackedLayout::fp8, "fp8_e4m3:block", 0, 32);
    }
    void refusals() {
        QFETCH(const int, layout);
        QFETCH(const QString, grid);
        QFETCH(const int, rows);
        QFETCH(const int, cols);
        QVERIFY(PackedMatrix::refuses(
            {static_cast<PackedLayout>(layout), parse_grid(grid.toStdString())}, rows, cols));
    }
};

QTEST_GUILESS_MAIN(TestPackedMatrix)
#include "test_packed_matrix.moc"
