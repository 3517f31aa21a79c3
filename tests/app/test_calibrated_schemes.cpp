#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/predictions.h"
#include "app/state_file.h"
#include "app/workspace.h"
#include "core/run/gptq_run.h"
#include "tests/app/app_fixture.h"

using namespace ql;
using namespace ql::gui;

/// Schemes that go by a calibration, in the document: on the tensor in view, on the whole model, in
/// predictions.
class TestCalibratedSchemes : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void tensorNeedsWhatItsLinearReads();
    void keptGramMatricesShowTheTensor();
    void comparisonShowsTheTensorsItRounded();
    void interruptedComparisonGoesOn();
    void otherTextMakesOtherBytes();
    void comparisonMayStartWhileTheModelIsCalibrated();
    void transformedTensorIsShownAsTheModelComputes();
    void modelThatCannotBeRunRefuses();

  private:
    void calibrate(bool grams, int context = 64);
    void compare();
    SchemeResult result() const { return workspace_->tensorResult(scheme_); }
    const std::vector<std::byte>& bytes() const { return result().run->quantized.bytes; }
    bool settled() const {
        return result().state != SchemeResult::State::pending &&
               result().state != SchemeResult::State::none;
    }

    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
    int scheme_ = Workspace::kNoScheme;
};

void TestCalibratedSchemes::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    for (const ComparedScheme& scheme : QList(workspace_->schemes())) {
        workspace_->removeScheme(scheme.id);
    }
    scheme_ = workspace_->addScheme(parse_plan("q4_0+gptq"));
    workspace_->predictions()->setSettings({{}, Protocol::gptq, 32, 3});
    workspace_->open(demoModel());
    QTRY_VERIFY(workspace_->predictions()->possible());
    QTRY_VERIFY(workspace_->profile());
    QTRY_VERIFY(settled());
}

void TestCalibratedSchemes::cleanup() {
    workspace_.reset();
    jobs_.reset();
}

void TestCalibratedSchemes::calibrate(bool grams, int context) {
    CalibrationRequest request;
    request.options.samples = 4;
    request.options.context = context;
    request.options.grams = grams;
    request.moderate = false;
    request.importance = false;
    workspace_->calibrate(request);
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->calibrating(), 60000);
    QVERIFY(workspace_->calibration());
    QTRY_VERIFY(settled());
}

void TestCalibratedSchemes::compare() {
    workspace_->runComparison();
    QVERIFY(workspace_->comparisonRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->comparisonRunning(), 60000);
    QTRY_VERIFY(settled());
}

void TestCalibratedSchemes::tensorNeedsWhatItsLinearReads() {
    QCOMPARE(result().state, SchemeResult::State::refused);
    QVERIFY(QString::fromStdString(result().problem.english()).contains(u"run the comparison"));
    calibrate(false);
    QCOMPARE(result().state, SchemeResult::State::refused);
}

void TestCalibratedSchemes::keptGramMatricesShowTheTensor() {
    calibrate(true);
    QCOMPARE(result().state, SchemeResult::State::ready);
    const std::vector<std::byte> before = bytes();
    // What core makes of the tensor on the same inputs.
    const Model& model = *workspace_->model();
    const ModelTensor& tensor = *workspace_->tensor();
    const Scheme scheme = parse_scheme("q4_0+gptq");
    const GramMatrix gram = workspace_->calibration()->grams->get(*input_place(tensor));
    const RoundedTensor expected = round_tensor(
        *model.rows(tensor), scheme, factor_for(scheme, gram, cpu_backend()), {}, cpu_backend());
    QVERIFY(before == expected.tensor->bytes);
    // A change of the scheme shows too, and is another result.
    workspace_->replaceScheme(scheme_, parse_plan("q4_0+gptq(order=none)"));
    QTRY_VERIFY(settled());
    QCOMPARE(result().state, SchemeResult::State::ready);
    QVERIFY(bytes() != before);
    // One Gram matrix is not what GPTAQ goes by.
    workspace_->replaceScheme(scheme_, parse_plan("q4_0+gptq(gptaq)"));
    QTRY_VERIFY(settled());
    QCOMPARE(result().state, SchemeResult::State::refused);
    QVERIFY(QString::fromStdString(result().problem.english()).contains(u"GPTAQ"));
}

void TestCalibratedSchemes::comparisonShowsTheTensorsItRounded() {
    calibrate(false);
    QVERIFY(workspace_->canRunComparison());
    compare();
    const auto rounded = workspace_->calibrated(scheme_).rounded;
    QVERIFY(rounded);
    QCOMPARE(rounded->size(), std::size_t{42});
    QCOMPARE(result().state, SchemeResult::State::ready);
    const auto index = static_cast<std::size_t>(workspace_->tensorIndex());
    QVERIFY(bytes() == rounded->at(index).tensor->bytes);
    // The comparison measured these bytes, and predictions were made with them.
    QCOMPARE(workspace_->modelRun(scheme_)->tensors[index].error.rmse(),
             result().run->error.rmse());
    const auto predicted = workspace_->predictions()->of(scheme_);
    QVERIFY(predicted);
    QVERIFY(predicted->evaluation.divergence->mean_kl.value > 0);
    QVERIFY(!workspace_->canRunComparison());
}

void TestCalibratedSchemes::interruptedComparisonGoesOn() {
    constexpr int kContext = 512;
    constexpr std::uintmax_t kSome = 500000;  // of more than 4 MB
    const std::filesystem::path file = stateFile(QStringLiteral("rounding.state"));
    const auto kept = [&file] {
        std::error_code none;
        const auto bytes = std::filesystem::file_size(file, none);
        return none ? 0 : bytes;
    };
    calibrate(false, kContext);
    compare();
    const auto expected = workspace_->calibrated(scheme_).rounded;
    QVERIFY(expected);
    QCOMPARE(kept(), std::uintmax_t{0});
    cleanup();
    init();
    calibrate(false, kContext);
    workspace_->runComparison();
    while (workspace_->comparisonRunning() && kept() < kSome) {
        QTest::qWait(1);
    }
    QVERIFY(workspace_->comparisonRunning());
    workspace_->stopComparison();
    QTRY_VERIFY(jobs_->idle());
    const auto before = kept();
    QVERIFY(before >= kSome);
    cleanup();
    init();
    calibrate(false, kContext);
    QCOMPARE(kept(), before);
    compare();
    QCOMPARE(kept(), std::uintmax_t{0});
    const auto rounded = workspace_->calibrated(scheme_).rounded;
    QVERIFY(rounded);
    QCOMPARE(rounded->size(), expected->size());
    for (const auto& [tensor, of] : *expected) {
        QVERIFY(rounded->at(tensor).tensor->bytes == of.tensor->bytes);
    }
}

void TestCalibratedSchemes::otherTextMakesOtherBytes() {
    calibrate(false);
    compare();
    const std::vector<std::byte> before = bytes();
    calibrate(false, 48);
    QVERIFY(!workspace_->modelRun(scheme_));
    QVERIFY(!workspace_->predictions()->of(scheme_));
    QCOMPARE(result().state, SchemeResult::State::refused);
    QVERIFY(workspace_->canRunComparison());
    compare();
    QVERIFY(bytes() != before);
}

void TestCalibratedSchemes::comparisonMayStartWhileTheModelIsCalibrated() {
    CalibrationRequest request;
    request.options.samples = 4;
    request.options.context = 64;
    request.moderate = false;
    workspace_->calibrate(request);
    workspace_->runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->calibrating() && !workspace_->comparisonRunning(), 60000);
    // The importance matrix that came of it made all results old, this one is of the new text.
    compare();
    const auto index = static_cast<std::size_t>(workspace_->tensorIndex());
    const std::vector<std::byte> expected = bytes();
    QVERIFY(expected == workspace_->calibrated(scheme_).rounded->at(index).tensor->bytes);
    // Without it they hold.
    request.importance = false;
    request.options.context = 48;
    workspace_->calibrate(request);
    workspace_->runComparison();
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->calibrating() && !workspace_->comparisonRunning(), 60000);
    QTRY_VERIFY(settled());
    QCOMPARE(result().state, SchemeResult::State::ready);
    QVERIFY(bytes() != expected);
}

void TestCalibratedSchemes::transformedTensorIsShownAsTheModelComputes() {
    calibrate(false);
    for (const char* text : {"awq/int4:g128:asym", "smooth(0.5)/q4_0+gptq"}) {
        workspace_->replaceScheme(scheme_, parse_plan(text));
        QTRY_COMPARE(result().state, SchemeResult::State::refused);
        compare();
        QCOMPARE(result().state, SchemeResult::State::ready);
        const auto transformed = workspace_->calibrated(scheme_).transformed;
        QVERIFY(transformed);
        // The first linear reads the norm, whose scales have moved to its columns.
        const auto index = static_cast<std::size_t>(workspace_->tensorIndex());
        const TensorRun& run = *result().run;
        QVERIFY(run.change && !run.change->columns.empty());
        QCOMPARE(run.error.rmse(), workspace_->modelRun(scheme_)->tensors[index].error.rmse());
        // What is shown of a row is what is stored, with the scales taken back.
        std::vector<float> stored(static_cast<std::size_t>(run.quantized.cols));
        std::vector<float> shown(stored.size());
        run.quantized.decode_rows(3, 1, stored.data());
        run.decode_rows(3, 1, shown.data());
        for (std::size_t i = 0; i < shown.size(); ++i) {
            QCOMPARE(shown[i], stored[i] / run.change->columns[i]);
        }
        QVERIFY(workspace_->predictions()->of(scheme_));
    }
}

void TestCalibratedSchemes::modelThatCannotBeRunRefuses() {
    // The bare file has neither configuration nor tokenizer.
    QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("model.safetensors"));
    QVERIFY(QFile::copy(demoModel() + QStringLiteral("/model.safetensors"), file));
    QSignalSpy opened(workspace_.get(), &Workspace::modelChanged);
    workspace_->open(file);
    QTRY_COMPARE(opened.count(), 1);
    QTRY_VERIFY(workspace_->profile());
    QTRY_VERIFY(settled());
    QCOMPARE(result().state, SchemeResult::State::refused);
    QVERIFY(!workspace_->takesPart(*workspace_->scheme(scheme_)));
}

QTEST_MAIN(TestCalibratedSchemes)
#include "test_calibrated_schemes.moc"
