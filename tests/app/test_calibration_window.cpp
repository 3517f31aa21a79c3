#include <QCheckBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "app/calibration_request.h"
#include "app/dialogs/calibrate_dialog.h"
#include "app/settings.h"
#include "app/workspace.h"
#include "core/model/calibration/calibration_file.h"
#include "tests/app/app_fixture.h"
#include "tests/core/tiny_model.h"

using namespace ql;
using namespace ql::gui;

namespace {

CalibrationRequest few(const QString& path = {}) {
    CalibrationRequest request;
    request.path = path;
    request.options.samples = 2;
    request.options.context = 64;
    return request;
}

}  // namespace

/// The calibration as a part of the document, and the dialog that asks for one.
class TestCalibrationWindow : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void calibrationGivesImportance();
    void unwantedImportanceIsLeftAlone();
    void failureKeepsWhatWasThere();
    void stoppedCalibrationLeavesNothing();
    void savedCalibrationIsRestored();
    void calibrationOfOtherWeightsIsRefused();
    void calibrationGoesWithItsModel();
    void shortTextIsSaid();
    void dialogSaysWhatItComesTo();
    void droppedTextIsTaken();
    void whatCannotBeDoneIsRefused();
    void dialogStartsTheWork();

  private:
    void calibrate(const CalibrationRequest& request = few());
    QString note(const CalibrateDialog& dialog) const {
        return dialog.findChild<QLabel*>("note")->text();
    }

    QTemporaryDir folder_;
    std::unique_ptr<Settings> settings_;
    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
};

void TestCalibrationWindow::init() {
    settings_ = std::make_unique<Settings>();
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    workspace_->open(demoModel());
    QTRY_VERIFY(workspace_->profile());
}

void TestCalibrationWindow::cleanup() {
    workspace_.reset();
    jobs_.reset();
    settings_.reset();
}

void TestCalibrationWindow::calibrate(const CalibrationRequest& request) {
    workspace_->calibrate(request);
    QVERIFY(workspace_->calibrating());
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->calibrating(), 60000);
}

void TestCalibrationWindow::calibrationGivesImportance() {
    const int weighted = workspace_->addScheme(parse_plan("q4_k+imatrix"));
    QTRY_COMPARE(workspace_->tensorResult(weighted).state, SchemeResult::State::refused);
    calibrate();
    const auto calibration = workspace_->calibration();
    QVERIFY(calibration);
    QCOMPARE(calibration->text, std::string("built-in"));
    QCOMPARE(calibration->tokens(), std::int64_t{2 * 64});
    QCOMPARE(calibration->sampled_texts.size(), calibration->sampled.size());
    QVERIFY(workspace_->importance());
    QVERIFY(workspace_->importance()->find(workspace_->tensor()->gguf_name));
    QTRY_COMPARE(workspace_->tensorResult(weighted).state, SchemeResult::State::ready);
}

void TestCalibrationWindow::unwantedImportanceIsLeftAlone() {
    CalibrationRequest request = few();
    request.importance = false;
    calibrate(request);
    QVERIFY(workspace_->calibration());
    QVERIFY(!workspace_->importance());
}

void TestCalibrationWindow::failureKeepsWhatWasThere() {
    calibrate();
    const auto before = workspace_->calibration();
    QFile file(folder_.filePath("bad.jsonl"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"text\": \"fine\"}\nnot fine\n");
    file.close();
    std::vector<std::string> failures;
    connect(jobs_.get(), &Jobs::jobFailed, this, [&](const QString&, const Error& error) {
        failures.push_back(error.sentence().english());
    });
    calibrate(few(file.fileName()));
    QCOMPARE(failures, std::vector<std::string>{"Line 2 is not valid JSON."});
    QCOMPARE(workspace_->calibration(), before);
}

void TestCalibrationWindow::stoppedCalibrationLeavesNothing() {
    CalibrationRequest request = few();
    request.options.samples = 0;
    QSignalSpy failed(jobs_.get(), &Jobs::jobFailed);
    workspace_->calibrate(request);
    const auto running = [this] {
        const QList<JobInfo> jobs = jobs_->jobs();
        return std::any_of(jobs.begin(), jobs.end(), [](const JobInfo& job) {
            return job.lane == Lane::heavy && job.fraction > 0.03;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(running(), 60000);
    jobs_->cancelLane(Lane::heavy);
    QTRY_VERIFY(!workspace_->calibrating());
    QVERIFY(!workspace_->calibration());
    QVERIFY(!workspace_->importance());
    QVERIFY(failed.isEmpty());
}

void TestCalibrationWindow::savedCalibrationIsRestored() {
    calibrate();
    const QString path = folder_.filePath("demo.qlcal");
    write_calibration(*workspace_->calibration(), path.toStdString());
    const auto inputs = workspace_->calibration()->inputs;
    workspace_->open(demoModel());
    QTRY_VERIFY(!workspace_->calibration());
    QTRY_VERIFY(workspace_->profile());
    QVERIFY(!workspace_->importance());
    workspace_->openCalibration(path);
    QTRY_VERIFY(workspace_->calibration());
    QVERIFY(workspace_->calibration()->inputs == inputs);
    QVERIFY(workspace_->importance());
}

void TestCalibrationWindow::calibrationOfOtherWeightsIsRefused() {
    calibrate();
    const QString path = folder_.filePath("demo.qlcal");
    write_calibration(*workspace_->calibration(), path.toStdString());
    const QTemporaryDir other;
    TinyModel().write(other.path());
    workspace_->open(other.path());
    QTRY_VERIFY(!workspace_->calibration());
    QTRY_VERIFY(workspace_->profile());
    QSignalSpy failed(jobs_.get(), &Jobs::jobFailed);
    workspace_->openCalibration(path);
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(!workspace_->calibration());
    QVERIFY(!workspace_->calibrating());
}

void TestCalibrationWindow::calibrationGoesWithItsModel() {
    calibrate();
    QSignalSpy dropped(workspace_.get(), &Workspace::importanceDropped);
    workspace_->closeModel();
    QVERIFY(!workspace_->calibration());
    QVERIFY(!workspace_->importance());
    QVERIFY(dropped.isEmpty());  // nobody opened it
    workspace_->calibrate(few());
    QVERIFY(!workspace_->calibrating());
}

void TestCalibrationWindow::shortTextIsSaid() {
    QFile file(folder_.filePath("short.txt"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray("A short text, of a few words only. ").repeated(12));
    file.close();
    QSignalSpy notes(workspace_.get(), &Workspace::calibrationNote);
    CalibrationRequest request = few(file.fileName());
    request.options.samples = 50;
    calibrate(request);
    QCOMPARE(notes.size(), 1);
    QVERIFY(workspace_->calibration()->windows < 50);
    QCOMPARE(workspace_->calibration()->text, std::string("short.txt"));
}

void TestCalibrationWindow::dialogSaysWhatItComesTo() {
    CalibrateDialog dialog(workspace_.get(), jobs_.get(), settings_.get());
    dialog.show();
    auto* calibrate = dialog.findChild<QPushButton*>("calibrate");
    QTRY_VERIFY(calibrate->isEnabled());
    auto* samples = dialog.findChild<QSpinBox*>("samples");
    auto* context = dialog.findChild<QSpinBox*>("context");
    samples->setValue(3);
    context->setValue(100);
    QVERIFY(!calibrate->isEnabled());
    QTRY_VERIFY(calibrate->isEnabled());
    QVERIFY2(note(dialog).contains(QStringLiteral("3 × 100")), qPrintable(note(dialog)));
    QVERIFY(note(dialog).contains(QStringLiteral("of memory")));
    samples->setValue(60000);
    QTRY_VERIFY(note(dialog).contains(QStringLiteral("all that the text gives")));
    context->setValue(1 << 20);
    QTRY_VERIFY(note(dialog).contains(QStringLiteral("fewer than one sample")));
    QVERIFY(!calibrate->isEnabled());
    QCOMPARE(samples->value(), 60000);  // as the user left it
}

void TestCalibrationWindow::droppedTextIsTaken() {
    CalibrateDialog dialog(workspace_.get(), jobs_.get(), settings_.get());
    dialog.show();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(demoModel() + "/calibration_code.txt")});
    QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&dialog, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&dialog, &drop);
    QVERIFY(!dialog.findChild<QRadioButton*>("builtIn")->isChecked());
    dialog.findChild<QSpinBox*>("context")->setValue(32);
    QTRY_VERIFY(dialog.findChild<QPushButton*>("calibrate")->isEnabled());
    dialog.accept();
    QTRY_VERIFY_WITH_TIMEOUT(workspace_->calibration(), 60000);
    QCOMPARE(workspace_->calibration()->text, std::string("calibration_code.txt"));
}

void TestCalibrationWindow::whatCannotBeDoneIsRefused() {
    CalibrateDialog dialog(workspace_.get(), jobs_.get(), settings_.get());
    dialog.show();
    dialog.setText(demoModel() + "/model.safetensors");
    QTRY_VERIFY2(note(dialog).contains(QStringLiteral("not a text file")) ||
                     note(dialog).contains(QStringLiteral("UTF-8")),
                 qPrintable(note(dialog)));
    QVERIFY(!dialog.findChild<QPushButton*>("calibrate")->isEnabled());
    dialog.accept();
    QVERIFY(!workspace_->calibrating());
    // A model without a tokenizer.
    const QTemporaryDir other;
    TinyModel().write(other.path());
    workspace_->open(other.path());
    QTRY_VERIFY(!dialog.isVisible());  // it was of the other model
    QTRY_VERIFY(workspace_->profile());
    CalibrateDialog next(workspace_.get(), jobs_.get(), settings_.get());
    next.show();
    QTRY_VERIFY2(note(next).contains(QStringLiteral("tokenizer")), qPrintable(note(next)));
    QVERIFY(!next.findChild<QPushButton*>("calibrate")->isEnabled());
}

void TestCalibrationWindow::dialogStartsTheWork() {
    CalibrateDialog dialog(workspace_.get(), jobs_.get(), settings_.get());
    dialog.show();
    dialog.findChild<QSpinBox*>("samples")->setValue(2);
    dialog.findChild<QSpinBox*>("context")->setValue(32);
    auto* calibrate = dialog.findChild<QPushButton*>("calibrate");
    QTRY_VERIFY(calibrate->isEnabled());
    QVERIFY(dialog.findChild<QLabel*>("current")->text().contains(QStringLiteral("none yet")));
    calibrate->click();
    QVERIFY(!dialog.isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(workspace_->calibration(), 60000);
    QTRY_VERIFY(dialog.findChild<QLabel*>("current")->text().contains(QStringLiteral("2 × 32")));
}

QTEST_MAIN(TestCalibrationWindow)
#include "test_calibration_window.moc"
