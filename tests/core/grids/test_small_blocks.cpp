#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/grids/block_format.h"
#include "core/grids/block_layout.h"
#include "tests/core/grids/golden_files.h"
#include "tests/core/grids/troublesome_values.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

struct Type {
    DType dtype;
    bool uses_importance;  ///< as ggml's quantizer does
};
constexpr Type kTypes[] = {
    {DType::q4_0, true},   {DType::q4_1, true},   {DType::q5_0, true},   {DType::q5_1, true},
    {DType::q8_0, false},  {DType::iq4_nl, true}, {DType::iq4_xs, true}, {DType::mxfp4, false},
    {DType::nvfp4, false}, {DType::tq1_0, false}, {DType::tq2_0, false}, {DType::q1_0, false},
    {DType::q2_0, false},
};

// The checks run on every SIMD target and return what went wrong, or nothing.

const char* const kInputs[] = {"gauss",  "studentt", "outlier", "uniform", "zeros",
                               "const",  "ties",     "tiny",    "denorm",  "positive",
                               "sparse", "large",    "lognorm"};
constexpr std::size_t kGoldenRows = 8;
constexpr std::size_t kGoldenCols = 512;

QString goldenFile(const QString& name) {
    return QStringLiteral(QL_TEST_DATA "/golden/gguf/") + name;
}

QString typeName(DType dtype) { return QString::fromStdString(std::string(name(dtype))).toLower(); }

std::vector<std::byte> encoded(DType dtype, const float* values, std::size_t rows, std::size_t cols,
                               const float* importance) {
    const DTypeTraits& type = traits(dtype);
    const std::size_t blocks_per_row = cols / type.block_values;
    std::vector<std::byte> bytes(rows * blocks_per_row * type.block_bytes + 1, std::byte{0xA5});
    block_format(dtype)->encode(
        {values, rows * blocks_per_row, blocks_per_row, importance, bytes.data()});
    if (bytes.back() != std::byte{0xA5}) {
        return {};
    }
    bytes.pop_back();
    return bytes;
}

std::vector<float> decoded(DType dtype, const std::vector<std::byte>& bytes) {
    const DTypeTraits& type = traits(dtype);
    const std::size_t blocks = bytes.size() / type.block_bytes;
    std::vector<float> values(blocks * type.block_values + 1, 7.0f);
    block_format(dtype)->decode(bytes.data(), blocks, values.data());
    if (values.back() != 7.0f) {
        return {};
    }
    values.pop_back();
    return values;
}

bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](float x, float y) {
               return (std::isnan(x) && std::isnan(y)) || std::memcmp(&x, &y, sizeof x) == 0;
           });
}

std::vector<float> decodedPlainly(DType dtype, const std::vector<std::byte>& bytes) {
    const DTypeTraits& type = traits(dtype);
    const std::size_t blocks = bytes.size() / type.block_bytes;
    std::vector<float> values(blocks * type.block_values);
    decode_plainly(dtype, bytes.data(), blocks, values.data());
    return values;
}

/// The bytes that ggml makes of an input; of `denorm`, for which they are undefined, finite values.
QString encodesGoldenBytes(DType dtype, const QString& input, const QString& file,
                           bool with_importance) {
    const auto values = readValues<float>(goldenFile("input_" + input + ".f32"));
    const auto importance = readValues<float>(goldenFile("imatrix_512.f32"));
    const auto expected = readValues<std::byte>(goldenFile(file));
    if (values.size() != kGoldenRows * kGoldenCols || importance.size() != kGoldenCols) {
        return "inputs are missing";
    }
    QString wrong;
    forEachSimdTarget([&](const char* target) {
        const auto bytes = encoded(dtype, values.data(), kGoldenRows, kGoldenCols,
                                   with_importance ? importance.data() : nullptr);
        if (bytes.size() != expected.size()) {
            wrong += QString("%1: %2 bytes ").arg(target).arg(bytes.size());
        } else if (input == "denorm") {
            for (const float value : decoded(dtype, bytes)) {
                wrong += std::fabs(value) < 1e-38f ? "" : QString("%1: %2 ").arg(target).arg(value);
            }
        } else if (bytes != expected) {
            wrong += QString("%1: other bytes ").arg(target);
        }
    });
    return wrong;
}

/// Exactly what ggml decodes.
QString decodesGoldenValues(DType dtype) {
    const QString stem = "studentt." + typeName(dtype);
    const auto bytes = readValues<std::byte>(goldenFile(stem + ".bin"));
    const auto expected = readValues<float>(goldenFile(stem + ".deq.f32"));
    if (expected.size() != kGoldenRows * kGoldenCols) {
        return "values are missing";
    }
    QString wrong;
    forEachSimdTarget([&](const char* target) {
        wrong += sameBits(decoded(dtype, bytes), expected) ? "" : target;
    });
    return wrong;
}

/// Rows that are encoded in pieces give the bytes that they give together.
QString piecesGiveTheSameBytes(DType dtype, bool with_importance) {
    constexpr std::size_t kRows = 23;
    constexpr std::size_t kCols = 512;
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0.0f, 0.02f);
    std::vector<float> values(kRows * kCols);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    std::vector<float> importance(kCols);
    std::generate(importance.begin(), importance.end(), [&] { return std::fabs(normal(random)); });
    const float* weights = with_importance ? importance.data() : nullptr;
    QString wrong;
    forEachSimdTarget([&](const char* target) {
        const auto whole = encoded(dtype, values.data(), kRows, kCols, weights);
        wrong += encoded(dtype, nullptr, 0, 0, weights).empty() ? "" : "nothing gives bytes ";
        for (const std::size_t piece : {1, 2, 3, 7, 22}) {
            std::vector<std::byte> bytes;
            for (std::size_t row = 0; row < kRows; row += piece) {
                const auto part = encoded(dtype, values.data() + row * kCols,
                                          std::min(piece, kRows - row), kCols, weights);
                bytes.insert(bytes.end(), part.begin(), part.end());
            }
            wrong += bytes == whole ? "" : QString("%1: pieces of %2 ").arg(target).arg(piece);
        }
    });
    return wrong;
}

/// Values of every kind of trouble give the same bytes everywhere, and bytes that mean what plain
/// code says. Where everything is of a usual size, results are finite.
QString troubleIsTheSameEverywhere(DType dtype, bool with_importance) {
    constexpr std::size_t kCols = 256;
    const Values values = troublesomeValues();
    const std::size_t rows = values.size() / kCols;
    std::mt19937 random(9);
    std::vector<float> importance(kCols);
    std::generate(importance.begin(), importance.end(), [&] {
        return random() % 5 == 0 ? 0.0f : std::ldexp(1.0f, int(random() % 40) - 30);
    });
    std::fill_n(importance.begin() + 64, 64, 0.0f);  // whole blocks that do not matter
    const float* weights = with_importance ? importance.data() : nullptr;
    QString wrong;
    std::vector<std::byte> first;
    forEachSimdTarget([&](const char* target) {
        const auto bytes = encoded(dtype, values.data(), rows, kCols, weights);
        first = first.empty() ? bytes : first;
        wrong += !bytes.empty() && bytes == first ? "" : QString("%1: other bytes ").arg(target);
        const auto result = decoded(dtype, bytes);
        wrong += sameBits(result, decodedPlainly(dtype, bytes))
                     ? ""
                     : QString("%1: decodes otherwise ").arg(target);
        for (std::size_t i = 0; i < result.size(); i += kCols) {
            const auto usual = [](float value) { return std::fabs(value) < 60000.0f; };
            const auto row = std::ptrdiff_t(i);
            const auto finite = [](float value) { return std::isfinite(value); };
            if (std::all_of(values.begin() + row, values.begin() + row + kCols, usual) &&
                !std::all_of(result.begin() + row, result.begin() + row + kCols, finite)) {
                wrong += QString("%1: row %2 is not finite ").arg(target).arg(i / kCols);
            }
        }
    });
    return wrong;
}

/// Bytes of a hostile file decode as plain code decodes them, in any number.
QString anyBytesDecode(DType dtype) {
    std::mt19937 random(11);
    QString wrong;
    for (const std::size_t blocks : {0, 1, 2, 3, 5, 15, 16, 17, 33, 1001}) {
        std::vector<std::byte> bytes(blocks * traits(dtype).block_bytes);
        std::generate(bytes.begin(), bytes.end(), [&] { return std::byte(random() & 255u); });
        const auto expected = decodedPlainly(dtype, bytes);
        forEachSimdTarget([&](const char* target) {
            wrong += sameBits(decoded(dtype, bytes), expected)
                         ? ""
                         : QString("%1: %2 blocks ").arg(target).arg(blocks);
        });
    }
    return wrong;
}

}  // namespace

/// The small block formats: the bytes and values of ggml, the same on every SIMD target.
class TestSmallBlocks : public QObject {
    Q_OBJECT

    static void addTypes() {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("importance");
        for (const Type& type : kTypes) {
            for (const bool importance : {false, true}) {
                QTest::addRow("%s%s", qPrintable(typeName(type.dtype)),
                              importance ? " with importance" : "")
                    << int(type.dtype) << importance;
            }
        }
    }

  private slots:
    void encodesTheReferenceBytes_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("importance");
        QTest::addColumn<QString>("input");
        QTest::addColumn<QString>("file");
        for (const Type& type : kTypes) {
            for (const char* const input : kInputs) {
                for (const bool importance : {false, true}) {
                    const QString stem = QString("%1.%2").arg(input, typeName(type.dtype));
                    // Where the reference ignores importance, the bytes are those without.
                    const bool other = importance && type.uses_importance;
                    QTest::addRow("%s%s", qPrintable(stem), importance ? " with importance" : "")
                        << int(type.dtype) << importance << QString(input)
                        << stem + (other ? ".imat.bin" : ".bin");
                }
            }
        }
    }
    void encodesTheReferenceBytes() {
        QFETCH(int, type);
        QFETCH(bool, importance);
        QFETCH(QString, input);
        QFETCH(QString, file);
        QCOMPARE(encodesGoldenBytes(DType(type), input, file, importance), QString());
    }

    void decodesTheReferenceValues_data() { addTypes(); }
    void decodesTheReferenceValues() {
        QFETCH(int, type);
        QCOMPARE(decodesGoldenValues(DType(type)), QString());
    }

    void rowsInPiecesGiveTheSameBytes_data() { addTypes(); }
    void rowsInPiecesGiveTheSameBytes() {
        QFETCH(int, type);
        QFETCH(bool, importance);
        QCOMPARE(piecesGiveTheSameBytes(DType(type), importance), QString());
    }

    void troublesomeValues_data() { addTypes(); }
    void troublesomeValues() {
        QFETCH(int, type);
        QFETCH(bool, importance);
        QCOMPARE(troubleIsTheSameEverywhere(DType(type), importance), QString());
    }

    /// The largest magnitude's logarithm is one in single precision, which just below a power of
    /// two is that power's.
    void mxfp4TakesTheRoundedLogarithm() {
        for (int power = -122; power <= 127; ++power) {
            float largest = std::ldexp(1.0f, power);
            for (int steps = 0; steps < 100; ++steps, largest = std::nextafter(largest, 0.0f)) {
                const auto logarithm = static_cast<float>(std::log2(double(largest)));
                const int expected = int(std::floor(logarithm)) + 125;
                std::vector<float> block(32, 0.25f * largest);
                block[7] = -largest;
                const auto bytes = encoded(DType::mxfp4, block.data(), 1, 32, nullptr);
                QCOMPARE(std::to_integer<int>(bytes[0]), expected);
            }
        }
    }

    void anyBytes_data() { addTypes(); }
    void anyBytes() {
        QFETCH(int, type);
        QCOMPARE(anyBytesDecode(DType(type)), QString());
    }
};

QTEST_APPLESS_MAIN(TestSmallBlocks)
#include "test_small_blocks.moc"
