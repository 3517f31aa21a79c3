#include <QTest>
#include <cmath>
#include <random>

#include "tests/core/grids/search_share.h"
#include "tests/core/grids/troublesome_values.h"
#include "tests/core/tensor/simd_targets.h"

using namespace ql;

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kCols = 512;

// Real tensors of more values are left to builds without sanitizers, which take minutes for them:
// what is read and written does not depend on how many there are.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t kMostValues = 1 << 16;
#else
constexpr std::uint64_t kMostValues = UINT64_MAX;
#endif

const char* const kInputs[] = {"gauss",  "studentt", "outlier", "uniform", "zeros",
                               "const",  "ties",     "tiny",    "denorm",  "positive",
                               "sparse", "large",    "lognorm"};

std::vector<const BlockFormat*> searchedFormats() {
    std::vector<const BlockFormat*> formats;
    for (const DTypeTraits& type : all_dtypes()) {
        const BlockFormat* format = block_format(type.dtype);
        if (format != nullptr && format->search != nullptr) {
            formats.push_back(format);
        }
    }
    return formats;
}

Bytes encoded(const BlockSample& sample, DType dtype, bool weighted,
              void (*encode)(const BlockRun& run)) {
    Bytes bytes(sample.blocks(dtype) * traits(dtype).block_bytes);
    encode(sample.run(dtype, weighted, bytes.data()));
    return bytes;
}

std::vector<float> decoded(const BlockFormat& format, const Bytes& bytes) {
    const DTypeTraits& type = traits(format.dtype);
    const std::size_t blocks = bytes.size() / type.block_bytes;
    std::vector<float> values(blocks * type.block_values);
    format.decode(bytes.data(), blocks, values.data());
    return values;
}

double squareError(const BlockSample& sample, const std::vector<float>& result, bool weighted,
                   std::size_t begin, std::size_t end) {
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
        const double error = double(result[i]) - double(sample.values[i]);
        sum += (weighted ? double(sample.importance[i % sample.cols]) : 1.0) * (error * error);
    }
    return sum;
}

double squareError(const BlockSample& sample, const std::vector<float>& result, bool weighted) {
    return squareError(sample, result, weighted, 0, sample.values.size());
}

/// Rows of trouble with every kind of importance: usual, zeros for whole blocks, nothing but zeros,
/// and magnitudes that have no squares.
std::vector<BlockSample> troublesomeSamples() {
    std::mt19937 random(5);
    std::uniform_real_distribution<float> exponent(-60.0f, 60.0f);
    std::vector<float> values = troublesomeValues();
    values.resize(values.size() / kCols * kCols);
    std::vector<BlockSample> samples;
    samples.push_back({"usual importance", kCols, values, goldenImportance(kCols)});
    samples.push_back({"sparse importance", kCols, values, goldenImportance(kCols)});
    for (std::size_t j = 0; j < kCols; ++j) {
        if (j < kCols / 2 || random() % 2 == 0) {
            samples.back().importance[j] = 0;
        }
    }
    samples.push_back({"no importance at all", kCols, values, std::vector<float>(kCols)});
    samples.push_back({"extreme importance", kCols, values, std::vector<float>(kCols)});
    for (float& weight : samples.back().importance) {
        weight = std::exp2(2 * exponent(random));
    }
    for (const char* const input : kInputs) {
        samples.push_back(goldenSample(input));
    }
    return samples;
}

/// The blocks where the search is above the reference, in words; empty if there are none.
QString blocksAbove(const BlockFormat& format, const BlockSample& sample, bool weighted) {
    const auto reference = decoded(format, encoded(sample, format.dtype, weighted, format.encode));
    const auto search = decoded(format, encoded(sample, format.dtype, weighted, format.search));
    const std::size_t block_values = traits(format.dtype).block_values;
    for (std::size_t begin = 0; begin < sample.values.size(); begin += block_values) {
        const std::size_t end = begin + block_values;
        const double before = squareError(sample, reference, weighted, begin, end);
        const double after = squareError(sample, search, weighted, begin, end);
        if (std::isfinite(before) && !(after <= before)) {
            return QString("block %1: %2 instead of %3")
                .arg(begin / block_values)
                .arg(after)
                .arg(before);
        }
    }
    return {};
}

}  // namespace

/// Every block format that has a search.
class TestSearchBlocks : public QObject {
    Q_OBJECT

  private slots:
    void neverAboveTheReference_data() { formatRows(); }
    void neverAboveTheReference() {
        QFETCH(int, type);
        const BlockFormat& format = *block_format(DType(type));
        for (const BlockSample& sample : troublesomeSamples()) {
            for (const bool weighted : {false, true}) {
                const QString above = blocksAbove(format, sample, weighted);
                QVERIFY2(above.isEmpty(),
                         qPrintable(QString::fromStdString(sample.name) + ", " + above));
            }
        }
    }

    /// Values whose scales half precision cannot hold are stored as well as it can.
    void resultsAreFinite_data() { formatRows(); }
    void resultsAreFinite() {
        QFETCH(int, type);
        const BlockFormat& format = *block_format(DType(type));
        const auto samples = troublesomeSamples();
        for (const bool weighted : {false, true}) {
            const auto bytes = encoded(samples[0], format.dtype, weighted, format.search);
            for (const float value : decoded(format, bytes)) {
                QVERIFY(std::isfinite(value));
            }
        }
    }

    /// Whatever the width of vectors, and whichever rows are encoded together.
    void theSameBytesEverywhere_data() { formatRows(); }
    void theSameBytesEverywhere() {
        QFETCH(int, type);
        const BlockFormat& format = *block_format(DType(type));
        const DTypeTraits& traits_of = traits(format.dtype);
        for (const BlockSample& sample : troublesomeSamples()) {
            for (const bool weighted : {false, true}) {
                const Bytes expected = encoded(sample, format.dtype, weighted, format.search);
                const int targets = forEachSimdTarget([&](const char* target) {
                    QVERIFY2(encoded(sample, format.dtype, weighted, format.search) == expected,
                             target);
                });
                QVERIFY(targets >= 1);

                Bytes by_rows(expected.size());
                BlockRun row = sample.run(format.dtype, weighted, by_rows.data());
                const std::size_t rows = row.blocks / row.blocks_per_row;
                row.blocks = row.blocks_per_row;
                for (std::size_t i = 0; i < rows; ++i) {
                    format.search(row);
                    row.values += sample.cols;
                    row.out += row.blocks * traits_of.block_bytes;
                }
                QVERIFY(by_rows == expected);
            }
        }
    }

    /// Columns without importance are left to the others, not to chance: with none at all, the
    /// search works as if every column counted the same.
    void withoutAnyImportanceAllCountsTheSame_data() { formatRows(); }
    void withoutAnyImportanceAllCountsTheSame() {
        QFETCH(int, type);
        const BlockFormat& format = *block_format(DType(type));
        BlockSample sample = goldenSample("gauss");
        const auto plain = decoded(format, encoded(sample, format.dtype, false, format.search));
        sample.importance.assign(sample.cols, 0.0f);
        const auto zeros = decoded(format, encoded(sample, format.dtype, true, format.search));
        QVERIFY(squareError(sample, zeros, false) <= 1.05 * squareError(sample, plain, false));
    }

    void notAboveTheErrorsOfGgml_data() { formatRows(); }
    void notAboveTheErrorsOfGgml() {
        QFETCH(int, type);
        const BlockFormat& format = *block_format(DType(type));
        QFile table(QStringLiteral(QL_TEST_DATA "/golden/gguf/errors.tsv"));
        QVERIFY(table.open(QIODevice::ReadOnly));
        const QString table_text = QString::fromUtf8(table.readAll());
        int compared = 0;
        for (const QString& line : table_text.split('\n').mid(1)) {
            const QStringList fields = line.split('\t');
            if (fields.size() < 7 || fields[1].toUpper().toStdString() != name(format.dtype)) {
                continue;
            }
            const BlockSample sample = goldenSample(fields[0].toStdString());
            // Formats whose reference ignores importance have no files with it.
            const bool ignores = !table_text.contains(QString("\t%1\t1\t").arg(fields[1]));
            for (const bool weighted : {false, true}) {
                if (weighted != (fields[2] == "1") && !ignores) {
                    continue;
                }
                double weights = 0;
                for (std::size_t i = 0; i < sample.values.size(); ++i) {
                    weights += weighted ? double(sample.importance[i % sample.cols]) : 1.0;
                }
                const auto search =
                    decoded(format, encoded(sample, format.dtype, weighted, format.search));
                const double rmse = std::sqrt(squareError(sample, search, weighted) / weights);
                // The table has nine digits.
                const double most = fields[weighted ? 6 : 5].toDouble() * (1 + 1e-8);
                QVERIFY2(rmse <= most, qPrintable(QString("%1: %2").arg(line).arg(rmse)));
            }
            ++compared;
        }
        QVERIFY(compared >= 12);
    }

    void belowTheReferenceOnModels_data() {
        QTest::addColumn<QString>("path");
        QTest::addRow("demo model") << QStringLiteral(QL_SOURCE_DIR "/resources/demo_model");
        QTest::addRow("stories260k") << QStringLiteral(QL_SHARED_DIR "/models/stories260k");
        QTest::addRow("babyllama-105") << QStringLiteral(QL_SHARED_DIR "/models/babyllama-105");
    }
    void belowTheReferenceOnModels() {
        QFETCH(QString, path);
        if (!QFileInfo::exists(path)) {
            QSKIP(qPrintable(path + " is not there"));
        }
        const auto model = Model::open(path.toStdString());
        for (const ModelTensor& tensor : model->tensors()) {
            if (!tensor.matrix() || tensor.values() > kMostValues) {
                continue;
            }
            const BlockSample sample = modelSample(*model, tensor);
            for (const BlockFormat* format : searchedFormats()) {
                if (sample.cols % traits(format->dtype).block_values != 0) {
                    continue;
                }
                for (const bool weighted : {false, true}) {
                    const auto reference =
                        decoded(*format, encoded(sample, format->dtype, weighted, format->encode));
                    const auto search =
                        decoded(*format, encoded(sample, format->dtype, weighted, format->search));
                    const double before = squareError(sample, reference, weighted);
                    const double after = squareError(sample, search, weighted);
                    // The mean magnitude, which ggml takes for Q1_0, is the best scale already.
                    const bool optimal = format->dtype == DType::q1_0 && !weighted;
                    QVERIFY2(after < before || (optimal && after == before),
                             qPrintable(QString("%1 as %2: %3 instead of %4")
                                            .arg(tensor.name.c_str())
                                            .arg(int(format->dtype))
                                            .arg(after)
                                            .arg(before)));
                }
            }
        }
    }

    /// On a few blocks: search_headroom measures more of them, and more than nine tenths of the
    /// headroom are gained there everywhere.
    void closeToTheOptimum_data() {
        QTest::addColumn<int>("type");
        for (const BlockFormat* format : searchedFormats()) {
            // Super-blocks have too many parameters to try for many of them: test_search_k.
            if (traits(format->dtype).block_values < kSuperBlockValues) {
                QTest::addRow("%s", std::string(name(format->dtype)).c_str()) << int(format->dtype);
            }
        }
    }
    void closeToTheOptimum() {
        QFETCH(int, type);
        const auto dtype = DType(type);
        QVERIFY(exhaustive(dtype));
        for (const BlockSample& sample :
             {goldenSample("gauss"), goldenSample("studentt"), demoSample()}) {
            for (const bool weighted : {false, true}) {
                const SearchShare share = searchShare(sample, dtype, weighted, 8);
                QVERIFY2(
                    share.closed() >= 0.9,
                    qPrintable(QString("%1: %2").arg(sample.name.c_str()).arg(share.closed())));
            }
        }
    }

  private:
    static void formatRows() {
        QTest::addColumn<int>("type");
        for (const BlockFormat* format : searchedFormats()) {
            QTest::addRow("%s", std::string(name(format->dtype)).c_str()) << int(format->dtype);
        }
    }
};

QTEST_APPLESS_MAIN(TestSearchBlocks)
#include "test_search_blocks.moc"
