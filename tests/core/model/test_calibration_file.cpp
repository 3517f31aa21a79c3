#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <limits>

#include "core/files/gguf.h"
#include "core/model/calibration/calibrate_model.h"
#include "core/model/calibration/calibration_file.h"
#include "tests/core/export/export_fixture.h"

using namespace ql;

namespace {

QByteArray numbers(std::initializer_list<double> values) {
    return {reinterpret_cast<const char*>(values.begin()),
            qsizetype(values.size() * sizeof(double))};
}

template <class T>
QByteArray bytesOf(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace

/// Calibrations in files: nothing is lost, and nothing is believed.
class TestCalibrationFile : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() {
        model_ = Model::open(QL_SOURCE_DIR "/resources/demo_model");
        calibration_ = calibrate_model(model_, CalibrationText::built_in(),
                                       {.samples = 3, .context = 32, .grams = true});
        write_calibration(calibration_, path());
        content_ = ExportFixture::content(path());
    }

    void whatIsReadIsWhatWasWritten() {
        const Calibration read = read_calibration(path());
        QVERIFY(read.inputs == calibration_.inputs);
        QCOMPARE(read.inputs.size(), std::size_t{6 * 4 + 1});
        QCOMPARE(read.windows, calibration_.windows);
        QCOMPARE(read.context, calibration_.context);
        QCOMPARE(read.sampled, calibration_.sampled);
        QCOMPARE(read.sampled_texts, calibration_.sampled_texts);
        QCOMPARE(read.sampled.size(), std::size_t{3 * 32});
        QCOMPARE(read.text, std::string("built-in"));
        QCOMPARE(read.text_hash, calibration_.text_hash);
        QCOMPARE(read.model, std::string(model_->title()));
        QCOMPARE(read.model_hash, calibration_.model_hash);
        QVERIFY(!read.grams);
        require_fit(read, *model_);
        const auto again = std::filesystem::path(folder_.filePath("again").toStdString());
        write_calibration(read, again);
        QCOMPARE(ExportFixture::content(again), content_);
    }

    void otherWeightsAreRefused() {
        const ExportFixture other;
        const auto tiny = other.model();
        const auto refused = [&](const Calibration& calibration, const Model& model) {
            try {
                require_fit(calibration, model);
                return false;
            } catch (const Error& error) {
                return error.code() == ErrorCode::bad_data;
            }
        };
        QVERIFY(refused(calibration_, *tiny));
        const std::uint64_t hash = weights_hash(*tiny);
        other.set_weight("model.layers.1.mlp.up_proj.weight", 5, 0.25F);
        QVERIFY(weights_hash(*other.model()) != hash);
        Calibration fewer = calibration_;
        fewer.inputs[{0, InputSite::down}] = fewer.inputs.at({0, InputSite::attention});
        QVERIFY(refused(fewer, *model_));
    }

    void brokenFilesAreRefused_data() {
        QTest::addColumn<QString>("tensor");  // where the bytes are put; empty: the file's begin
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no GGUF") << QString() << QByteArray("HELO");
        QTest::newRow("negative sum") << "blk.0.down.sum_abs" << numbers({-1});
        QTest::newRow("sum that is no number")
            << "output.sum_squares" << numbers({std::numeric_limits<double>::quiet_NaN()});
        QTest::newRow("infinite value")
            << "blk.2.attention.sample" << bytesOf(std::numeric_limits<float>::infinity());
        QTest::newRow("negative count") << "blk.1.attention.counts" << bytesOf(std::int64_t{-1});
        QTest::newRow("one count more") << "blk.1.attention.counts" << bytesOf(std::int64_t{1});
        QTest::newRow("counts that overflow")
            << "blk.1.attention.counts" << bytesOf(std::numeric_limits<std::int64_t>::max());
        QTest::newRow("more strong tokens than tokens")
            << "blk.1.attention.strong" << bytesOf(std::int64_t{97});
        QTest::newRow("sampled token twice") << "sampled" << bytesOf(std::int64_t{1});
        QTest::newRow("sampled token before the first") << "sampled" << bytesOf(std::int64_t{-1});
    }
    void brokenFilesAreRefused() {
        QFETCH(QString, tensor);
        QFETCH(QByteArray, bytes);
        QByteArray broken = content_;
        qsizetype at = 0;
        if (!tensor.isEmpty()) {
            const GgufHeader header = parse_gguf(std::as_bytes(
                std::span(content_.constData(), static_cast<std::size_t>(content_.size()))));
            const auto found = std::find_if(
                header.tensors.begin(), header.tensors.end(),
                [&](const GgufTensor& one) { return one.name == tensor.toStdString(); });
            QVERIFY(found != header.tensors.end());
            at = qsizetype(header.data_offset + found->offset);
        }
        QVERIFY(broken.mid(at, bytes.size()) != bytes);
        refuse(broken.replace(at, bytes.size(), bytes));
    }

    /// A file that ends anywhere is refused: its last tensor reaches to its end.
    void cutFilesAreRefused() {
        for (qsizetype size = 0; size < content_.size(); size += content_.size() / 97 + 1) {
            refuse(content_.left(size));
        }
    }

    void sizesThatDoNotFitAreRefused() {
        Calibration wrong = calibration_;
        wrong.context = 33;
        refuse(wrong);
        wrong = calibration_;
        wrong.windows = std::size_t{1} << 50;
        refuse(wrong);
        wrong = calibration_;
        wrong.inputs.at({3, InputSite::down}).sum_abs.pop_back();
        refuse(wrong);
        wrong = calibration_;
        wrong.inputs.at({3, InputSite::down}).sample.clear();
        refuse(wrong);
        wrong = calibration_;
        wrong.inputs.clear();
        refuse(wrong);
    }

    void otherGgufFilesAreRefused() {
        write_imatrix(importance_matrix(calibration_, *model_), path("imatrix.gguf"),
                      ImportanceFormat::gguf);
        refuse(ExportFixture::content(path("imatrix.gguf")));
    }

  private:
    std::filesystem::path path(const char* name = "a.qlcal") const {
        return folder_.filePath(QString::fromLatin1(name)).toStdString();
    }
    void refuse(const Calibration& calibration) const {
        write_calibration(calibration, path("wrong"));
        refuse(ExportFixture::content(path("wrong")));
    }
    void refuse(const QByteArray& content) const {
        QFile file(folder_.filePath(QStringLiteral("broken")));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(content);
        file.close();
        try {
            read_calibration(path("broken"));
            QFAIL("the file was taken");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::bad_file);
            QCOMPARE(error.context(), path("broken").string());
        }
    }

    QTemporaryDir folder_;
    std::shared_ptr<const Model> model_;
    Calibration calibration_;
    QByteArray content_;
};

QTEST_APPLESS_MAIN(TestCalibrationFile)
#include "test_calibration_file.moc"
