#include <QCheckBox>
#include <QComboBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "app/dialogs/predictions_dialog.h"
#include "app/pages/comparison_model.h"
#include "app/pages/comparison_table.h"
#include "app/predictions.h"
#include "app/workspace.h"
#include "tests/app/app_fixture.h"
#include "tests/core/tiny_model.h"
#include "widgets/line_plot.h"

using namespace ql;
using namespace ql::gui;

/// Predictions of the demo model: measured in a job, shown in the comparison.
class TestPredictions : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void comparisonMeasuresPredictions();
    void otherSettingsDropWhatWasMeasured();
    void unwantedPredictionsAreNotMeasured();
    void measurementCanBeStopped();
    void modelWithoutTokenizerSaysWhy();
    void unreadableTextIsAnError();
    void tableAndChartShowThem();
    void dialogChangesTheSettings();

  private:
    void compare();

    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
    Predictions* predictions_ = nullptr;
};

namespace {

PredictionSettings small(int context, int windows, const QString& path = {}) {
    return {path, Protocol::gptq, context, windows};
}

}  // namespace

void TestPredictions::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    predictions_ = workspace_->predictions();
    predictions_->setSettings(small(32, 3));
    workspace_->open(demoModel());
    QTRY_VERIFY(predictions_->possible());
    QTRY_VERIFY(workspace_->profile());
}

void TestPredictions::cleanup() {
    workspace_.reset();
    jobs_.reset();
}

void TestPredictions::compare() {
    workspace_->runComparison();
    QVERIFY(workspace_->comparisonRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!workspace_->comparisonRunning(), 60000);
}

void TestPredictions::comparisonMeasuresPredictions() {
    QVERIFY(workspace_->canRunComparison());
    compare();
    const auto original = predictions_->of(Workspace::kNoScheme);
    QVERIFY(original);
    QVERIFY(!original->evaluation.divergence);
    QCOMPARE(original->evaluation.tokens, std::int64_t{3 * 31});
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        const auto result = predictions_->of(scheme.id);
        QVERIFY(result);
        QVERIFY(result->evaluation.divergence->mean_kl.value > 0);
        QVERIFY(result->outputs->mean_relative > 0);
    }
    // The third of the schemes a workspace begins with has eight bits, the first four.
    const auto divergence = [&](int at) {
        return predictions_->of(workspace_->schemes()[at].id)->evaluation.divergence->mean_kl.value;
    };
    QVERIFY(divergence(2) < 0.1 * divergence(0));
    QVERIFY(!workspace_->canRunComparison());
    QVERIFY(!predictions_->progress().empty());
    QCOMPARE(predictions_->progress().back().tokens, original->evaluation.tokens);
    QCOMPARE(predictions_->progress().back().perplexities.front().value,
             original->evaluation.perplexity.value);
}

void TestPredictions::otherSettingsDropWhatWasMeasured() {
    compare();
    PredictionSettings settings = predictions_->settings();
    predictions_->setSettings(settings);
    QVERIFY(predictions_->of(Workspace::kNoScheme));
    settings.protocol = Protocol::llama_cpp;
    predictions_->setSettings(settings);
    QVERIFY(!predictions_->of(Workspace::kNoScheme));
    QVERIFY(workspace_->modelRun(workspace_->focus()));
    compare();
    QCOMPARE(predictions_->of(Workspace::kNoScheme)->evaluation.tokens, std::int64_t{3 * 15});
}

void TestPredictions::unwantedPredictionsAreNotMeasured() {
    predictions_->setWanted(false);
    compare();
    QVERIFY(workspace_->modelRun(workspace_->focus()));
    QVERIFY(!predictions_->of(workspace_->focus()));
    QVERIFY(!workspace_->canRunComparison());
    predictions_->setWanted(true);
    QVERIFY(workspace_->canRunComparison());
}

void TestPredictions::measurementCanBeStopped() {
    predictions_->setSettings(small(512, 100));
    workspace_->runComparison();
    QTRY_VERIFY(workspace_->modelRun(workspace_->focus()));
    QVERIFY(predictions_->running());
    workspace_->stopComparison();
    QVERIFY(!predictions_->running());
    QTRY_VERIFY(jobs_->idle());
    QVERIFY(!predictions_->of(workspace_->focus()));
    QVERIFY(workspace_->canRunComparison());
    // Stopped from outside (the job strip).
    workspace_->runComparison();
    QVERIFY(predictions_->running());
    jobs_->cancelAll();
    QTRY_VERIFY(!predictions_->running());
}

void TestPredictions::modelWithoutTokenizerSaysWhy() {
    QTemporaryDir folder;
    TinyModel().write(folder.path());
    workspace_->open(folder.path());
    QTRY_VERIFY(!predictions_->problem().empty());
    QVERIFY(!predictions_->possible());
    compare();
    QVERIFY(workspace_->modelRun(workspace_->focus()));
}

void TestPredictions::unreadableTextIsAnError() {
    predictions_->setSettings(small(32, 3, QStringLiteral("/no/such/text")));
    QSignalSpy failed(jobs_.get(), &Jobs::jobFailed);
    compare();
    QCOMPARE(failed.count(), 1);
    QVERIFY(workspace_->modelRun(workspace_->focus()));
    QVERIFY(workspace_->canRunComparison());
}

void TestPredictions::tableAndChartShowThem() {
    ComparisonTable table(workspace_.get());
    table.retranslate();
    table.refresh();
    table.show();
    QVERIFY(table.view()->isColumnHidden(ComparisonModel::kPerplexity));
    QSignalSpy chart(&table, &ComparisonTable::chartToggled);
    compare();
    QCOMPARE(chart.count(), 2);  // shown while it was measured
    table.refresh();
    QVERIFY(!table.view()->isColumnHidden(ComparisonModel::kPerplexity));
    QVERIFY(table.view()->isColumnHidden(ComparisonModel::kCosine));
    const auto* model = table.view()->model();
    QVERIFY(model->index(0, ComparisonModel::kPerplexity).data().toString().contains(u'±'));
    const double kl =
        model->index(1, ComparisonModel::kKl).data(ComparisonModel::kNumberRole).toDouble();
    QCOMPARE(kl,
             predictions_->of(workspace_->schemes()[0].id)->evaluation.divergence->mean_kl.value);
    QVERIFY(comparisonAsCsv(*model).startsWith(QStringLiteral(
        "scheme,bytes,bits_per_weight,rmse,weighted_rmse,sqnr_db,max_error,cosine_loss,"
        "output_error,perplexity,kl_mean,kl_p99_9,same_top_token,")));
    QCOMPARE(table.chart()->series().size(), std::size_t{4});
    QVERIFY(!table.chart()->series()[1].y.empty());
}

void TestPredictions::dialogChangesTheSettings() {
    PredictionsDialog dialog(predictions_);
    dialog.findChildren<QSpinBox*>().at(0)->setValue(64);
    dialog.findChild<QComboBox*>()->setCurrentIndex(1);
    dialog.accept();
    QCOMPARE(predictions_->settings().context, 64);
    QCOMPARE(predictions_->settings().windows, 3);
    QCOMPARE(predictions_->settings().protocol, Protocol::llama_cpp);
    // A file that is not there cannot be accepted.
    PredictionsDialog other(predictions_);
    other.findChildren<QRadioButton*>().at(1)->setChecked(true);
    const auto buttons = other.findChildren<QPushButton*>();
    QVERIFY(std::any_of(buttons.begin(), buttons.end(), [](const QPushButton* button) {
        return button->isDefault() && !button->isEnabled();
    }));
}

QTEST_MAIN(TestPredictions)
#include "test_predictions.moc"
