#include <QTest>
#include <cmath>

#include "tests/core/grids/search_share.h"

using namespace ql;

namespace {

using Bytes = std::vector<std::byte>;

constexpr DType kTypes[] = {DType::q2_k, DType::q3_k, DType::q4_k,
                            DType::q5_k, DType::q6_k, DType::iq4_xs};

struct Encoded {
    Bytes bytes;
    std::vector<float> values;
};

Encoded encoded(const BlockSample& sample, DType dtype, bool weighted,
                void (*encode)(const BlockRun& run)) {
    Encoded result{Bytes(sample.blocks(dtype) * traits(dtype).block_bytes),
                   std::vector<float>(sample.values.size())};
    encode(sample.run(dtype, weighted, result.bytes.data()));
    block_format(dtype)->decode(result.bytes.data(), sample.blocks(dtype), result.values.data());
    return result;
}

Encoded searched(const BlockSample& sample, DType dtype, bool weighted) {
    return encoded(sample, dtype, weighted, block_format(dtype)->search);
}

Encoded byReference(const BlockSample& sample, DType dtype, bool weighted) {
    return encoded(sample, dtype, weighted, block_format(dtype)->encode);
}

double squareError(const BlockSample& sample, const std::vector<float>& result, bool weighted) {
    double sum = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const double error = double(result[i]) - double(sample.values[i]);
        sum += (weighted ? double(sample.importance[i % sample.cols]) : 1.0) * error * error;
    }
    return sum;
}

/// The values of a matrix as rows of 256, without what is left over.
BlockSample rowsOf256(BlockSample sample) {
    sample.cols = kSuperBlockValues;
    sample.values.resize(sample.values.size() / sample.cols * sample.cols);
    sample.importance = goldenImportance(sample.cols);
    return sample;
}

}  // namespace

/// The searches of the two-level formats; what holds for every search is in test_search_blocks.
class TestSearchK : public QObject {
    Q_OBJECT

  private slots:
    /// Single super-blocks with d and dmin within 6 % of those found, in steps of 1 %: see KRange.
    /// search_headroom looks further and at more of them.
    void closeToTheOptimum_data() { typeRows(); }
    void closeToTheOptimum() {
        QFETCH(int, type);
        const auto dtype = DType(type);
        const KRange range{1.06, 0.01, 1.001};
        for (const BlockSample& sample : {goldenSample("gauss"), demoSample()}) {
            for (const bool weighted : {false, true}) {
                double reference = 0;
                double search = 0;
                double optimum = 0;
                const Encoded before = byReference(sample, dtype, weighted);
                const Encoded after = searched(sample, dtype, weighted);
                const std::vector<float> ones(kSuperBlockValues, 1.0f);
                for (std::size_t block = 0; block < 2; ++block) {
                    const std::size_t at = block * kSuperBlockValues;
                    const float* values = sample.values.data() + at;
                    const WeightedGroup group{
                        values,
                        weighted ? sample.importance.data() + at % sample.cols : ones.data(),
                        kSuperBlockValues};
                    const auto error = [&](const Encoded& result) {
                        return weighted_square_error(values, result.values.data() + at,
                                                     group.weights, group.count);
                    };
                    reference += error(before);
                    search += error(after);
                    const std::byte* found = after.bytes.data() + block * traits(dtype).block_bytes;
                    optimum += ExhaustiveK(dtype, group, found, range).lowest();
                }
                const double closed = (reference - search) / (reference - optimum);
                QVERIFY2(closed >= 0.9, qPrintable(QString("%1, weighted %2: %3")
                                                       .arg(sample.name.c_str())
                                                       .arg(weighted)
                                                       .arg(closed)));
            }
        }
    }

    /// Rows of these models are shorter than a super-block, so they are put end to end.
    void belowTheReferenceOnShortRows_data() {
        QTest::addColumn<QString>("path");
        for (const char* const model : {"stories260k", "babyllama-105"}) {
            QTest::addRow("%s", model) << QStringLiteral(QL_SHARED_DIR "/models/%1").arg(model);
        }
    }
    void belowTheReferenceOnShortRows() {
        QFETCH(QString, path);
        if (!QFileInfo::exists(path)) {
            QSKIP(qPrintable(path + " is not there"));
        }
        const auto model = Model::open(path.toStdString());
        int compared = 0;
        for (const ModelTensor& tensor : model->tensors()) {
            if (!tensor.matrix()) {
                continue;
            }
            const BlockSample sample = rowsOf256(modelSample(*model, tensor));
            for (const DType dtype : kTypes) {
                for (const bool weighted : {false, true}) {
                    const double before =
                        squareError(sample, byReference(sample, dtype, weighted).values, weighted);
                    const double after =
                        squareError(sample, searched(sample, dtype, weighted).values, weighted);
                    QVERIFY2(after < before, qPrintable(QString("%1 as %2: %3 instead of %4")
                                                            .arg(tensor.name.c_str())
                                                            .arg(int(dtype))
                                                            .arg(after)
                                                            .arg(before)));
                    ++compared;
                }
            }
        }
        QVERIFY(compared > 0);
    }

    /// Where half-precision scales nearly vanish, the reference is up to three times worse than
    /// zeros would be, or stores zeros.
    void tinyWeightsAreNotWorseThanZeros_data() { typeRows(); }
    void tinyWeightsAreNotWorseThanZeros() {
        QFETCH(int, type);
        const BlockSample sample = goldenSample("tiny");
        const std::vector<float> zeros(sample.values.size());
        for (const bool weighted : {false, true}) {
            const double search =
                squareError(sample, searched(sample, DType(type), weighted).values, weighted);
            QVERIFY(search < 0.2 * squareError(sample, zeros, weighted));
        }
    }

    /// A negative dmin stands for offsets above zero, which the reference never uses.
    void oneSidedWeightsGetOffsetsAboveZero_data() {
        QTest::addColumn<int>("type");
        for (const DType dtype : {DType::q2_k, DType::q4_k, DType::q5_k}) {
            QTest::addRow("%s", std::string(name(dtype)).c_str()) << int(dtype);
        }
    }
    void oneSidedWeightsGetOffsetsAboveZero() {
        QFETCH(int, type);
        const auto dtype = DType(type);
        BlockSample sample = goldenSample("positive");
        for (const float sign : {1.0f, -1.0f}) {
            for (float& value : sample.values) {
                value = sign * std::fabs(value);
            }
            const double before =
                squareError(sample, byReference(sample, dtype, false).values, false);
            const double after = squareError(sample, searched(sample, dtype, false).values, false);
            QVERIFY(after < (sign > 0 ? 0.8 : 1.0) * before);
        }
    }

    /// Sub-blocks in which no column counts are stored as sensibly as the others.
    void columnsWithoutImportanceAreStoredToo_data() { typeRows(); }
    void columnsWithoutImportanceAreStoredToo() {
        QFETCH(int, type);
        BlockSample sample = goldenSample("gauss");
        BlockSample ignored = sample;
        for (std::size_t j = 0; j < sample.cols; ++j) {
            const bool counts = j / 32 % 2 == 0;
            sample.importance[j] = counts ? 1.0f : 0.0f;
            ignored.importance[j] = counts ? 0.0f : 1.0f;
        }
        const Encoded plain = searched(sample, DType(type), false);
        const Encoded weighted = searched(sample, DType(type), true);
        QVERIFY(squareError(ignored, weighted.values, true) <=
                1.5 * squareError(ignored, plain.values, true));
        QVERIFY(squareError(sample, weighted.values, true) <=
                squareError(sample, plain.values, true));
    }

  private:
    static void typeRows() {
        QTest::addColumn<int>("type");
        for (const DType dtype : kTypes) {
            QTest::addRow("%s", std::string(name(dtype)).c_str()) << int(dtype);
        }
    }
};

QTEST_APPLESS_MAIN(TestSearchK)
#include "test_search_k.moc"
