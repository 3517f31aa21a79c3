#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <algorithm>

#include "app/predictions.h"
#include "app/workspace.h"
#include "core/schemes/recipes.h"
#include "tests/app/app_fixture.h"
#include "tests/core/tiny_model.h"

using namespace ql;
using namespace ql::gui;

class TestWorkspace : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { usePrivatePaths(); }
    void cleanupTestCase() { removePrivatePaths(); }
    void init();
    void cleanup();

    void openingShowsTheFirstLinear();
    void demoModelIsUnpackedAndRepaired();
    void failedOpeningKeepsTheOldModel();
    void staleResultsAreDropped();
    void changedSchemeIsRunAgain();
    void unsuitableSchemesAreRefusedWithAReason();
    void everyChangeOfTheListCanBeUndone();
    void colourStaysWithItsScheme();
    void thereAreAtMostEightSchemes();
    void comparisonCoversTheEnabledSchemes();
    void comparisonCanBeStopped();
    void previewsHaveTheSizesOfRuns();
    void whatTheUserStopsIsNotPendingForEver();
    void recipeGivesEachTensorItsType();
    void lastRuleWins();
    void fallbacksAreRunAndExplained();
    void importanceIsUsedAndMeasured();
    void importanceOfAnotherModelIsRefused();

  private:
    void open();
    int indexOf(const char* tensor) const;
    QString writeImportance(int columns) const;
    SchemeResult::State state(int id) const { return workspace_->tensorResult(id).state; }

    QTemporaryDir folder_;
    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
};

using State = SchemeResult::State;

namespace {

Scheme storage(DType dtype) { return {.grid = StorageGrid{dtype}}; }

}  // namespace

void TestWorkspace::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
    workspace_->predictions()->setWanted(false);
}

void TestWorkspace::cleanup() {
    workspace_.reset();
    jobs_.reset();
}

void TestWorkspace::open() {
    workspace_->open(demoModel());
    QTRY_VERIFY(workspace_->profile());
}

int TestWorkspace::indexOf(const char* tensor) const {
    const auto tensors = workspace_->model()->tensors();
    const auto found = std::find_if(tensors.begin(), tensors.end(), [tensor](const ModelTensor& t) {
        return t.gguf_name == tensor;
    });
    return static_cast<int>(found - tensors.begin());
}

void TestWorkspace::openingShowsTheFirstLinear() {
    QSignalSpy changed(workspace_.get(), &Workspace::modelChanged);
    open();
    QCOMPARE(changed.count(), 1);
    QVERIFY(!workspace_->isDemo());
    QCOMPARE(workspace_->tensor()->gguf_name, std::string("blk.0.attn_q.weight"));
    QCOMPARE(workspace_->profile()->statistics.count, 65536u);
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        QTRY_COMPARE(state(scheme.id), State::ready);
        QCOMPARE(workspace_->tensorResult(scheme.id).run->scheme,
                 std::get<Scheme>(scheme.plan.base));
    }
}

void TestWorkspace::demoModelIsUnpackedAndRepaired() {
    workspace_->openDemo();
    QTRY_VERIFY(workspace_->model());
    QVERIFY(workspace_->isDemo());
    QCOMPARE(workspace_->model()->parameters(), 5770496u);
    const QString folder =
        QString::fromStdString(workspace_->model()->checkpoint().directory().string());
    workspace_->closeModel();
    QFile config(folder + "/config.json");
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("broken");
    config.close();
    workspace_->openDemo();
    QTRY_VERIFY(workspace_->model());
    QCOMPARE(workspace_->model()->architecture()->id, std::string_view("llama"));
}

void TestWorkspace::failedOpeningKeepsTheOldModel() {
    open();
    const auto before = workspace_->model();
    QSignalSpy failed(workspace_.get(), &Workspace::openFailed);
    workspace_->open(QStringLiteral("/nowhere/model.gguf"));
    QTRY_COMPARE(failed.count(), 1);
    QCOMPARE(workspace_->model(), before);
    QVERIFY(workspace_->profile());
}

void TestWorkspace::staleResultsAreDropped() {
    open();
    const int last = static_cast<int>(workspace_->model()->tensors().size()) - 1;
    for (int tensor = 0; tensor <= last; ++tensor) {
        workspace_->setTensor(tensor);
    }
    workspace_->setTensor(3);
    QTRY_VERIFY(jobs_->idle());
    const auto& tensor = workspace_->model()->tensors()[3];
    QCOMPARE(workspace_->profile()->statistics.count, tensor.values());
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        QTRY_COMPARE(state(scheme.id), State::ready);
        QCOMPARE(workspace_->tensorResult(scheme.id).run->quantized.rows, tensor.rows);
        QCOMPARE(workspace_->tensorResult(scheme.id).run->error.count, tensor.values());
    }
}

void TestWorkspace::changedSchemeIsRunAgain() {
    open();
    const int id = workspace_->focus();
    QTRY_COMPARE(state(id), State::ready);
    const auto before = workspace_->tensorResult(id).run;
    QSignalSpy changed(workspace_.get(), &Workspace::tensorResultChanged);
    workspace_->replaceScheme(id, parse_plan("q8_0"));
    QCOMPARE(state(id), State::pending);
    QTRY_COMPARE(state(id), State::ready);
    QVERIFY(workspace_->tensorResult(id).run->error.rmse() < before->error.rmse());
    QVERIFY(changed.count() >= 2);
    // Going back needs no computing: the cache has it.
    workspace_->undoStack()->undo();
    QTRY_COMPARE(workspace_->tensorResult(id).run, before);
}

void TestWorkspace::unsuitableSchemesAreRefusedWithAReason() {
    open();
    const int id = workspace_->addScheme(parse_plan("int4:g100:asym"));
    QTRY_COMPARE(state(id), State::refused);
    QVERIFY(!workspace_->tensorResult(id).problem.empty());
}

void TestWorkspace::everyChangeOfTheListCanBeUndone() {
    const QList<ComparedScheme> before = workspace_->schemes();
    const int added = workspace_->addScheme(parse_plan("q5_1"));
    const int copy = workspace_->duplicateScheme(added);
    QVERIFY(copy != added);
    workspace_->replaceScheme(copy, parse_plan("int3"));
    workspace_->setSchemeEnabled(added, false);
    workspace_->removeScheme(before.first().id);
    const QList<ComparedScheme> after = workspace_->schemes();
    QCOMPARE(after.size(), 4);
    QCOMPARE(workspace_->undoStack()->count(), 5);
    while (workspace_->undoStack()->canUndo()) {
        workspace_->undoStack()->undo();
    }
    QCOMPARE(workspace_->schemes(), before);
    while (workspace_->undoStack()->canRedo()) {
        workspace_->undoStack()->redo();
    }
    QCOMPARE(workspace_->schemes(), after);
}

void TestWorkspace::colourStaysWithItsScheme() {
    const QList<ComparedScheme> schemes = workspace_->schemes();
    workspace_->removeScheme(schemes[0].id);
    QCOMPARE(workspace_->scheme(schemes[1].id)->color, schemes[1].color);
    const int added = workspace_->addScheme(parse_plan("q5_0"));
    QCOMPARE(workspace_->scheme(added)->color, schemes[0].color);
}

void TestWorkspace::thereAreAtMostEightSchemes() {
    while (workspace_->canAddScheme()) {
        QVERIFY(workspace_->addScheme(parse_plan("q4_1")) != Workspace::kNoScheme);
    }
    QCOMPARE(workspace_->schemes().size(), 8);
    QCOMPARE(workspace_->addScheme(parse_plan("q4_1")), int{Workspace::kNoScheme});
    QSet<int> colours;
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        colours.insert(scheme.color);
    }
    QCOMPARE(colours.size(), 8);
}

void TestWorkspace::comparisonCoversTheEnabledSchemes() {
    QVERIFY(!workspace_->canRunComparison());
    open();
    const int off = workspace_->schemes().last().id;
    workspace_->setSchemeEnabled(off, false);
    workspace_->runComparison();
    QVERIFY(workspace_->comparisonRunning());
    QTRY_VERIFY(!workspace_->comparisonRunning());
    const auto run = workspace_->modelRun(workspace_->focus());
    QVERIFY(run);
    QVERIFY(run->error.relative_error() > 0.01);
    QCOMPARE(run->tensors.size(), workspace_->model()->tensors().size());
    QVERIFY(!workspace_->modelRun(off));
    QVERIFY(!workspace_->canRunComparison());
    workspace_->setSchemeEnabled(off, true);
    QVERIFY(workspace_->canRunComparison());
}

void TestWorkspace::comparisonCanBeStopped() {
    open();
    workspace_->runComparison();
    workspace_->stopComparison();
    QVERIFY(!workspace_->comparisonRunning());
    QVERIFY(workspace_->canRunComparison());
    QTRY_VERIFY(jobs_->idle());
    QVERIFY(!workspace_->modelRun(workspace_->focus()));
    // Stopped from outside (the job strip), the workspace must notice, too.
    workspace_->runComparison();
    jobs_->cancelAll();
    QTRY_VERIFY(!workspace_->comparisonRunning());
}

void TestWorkspace::previewsHaveTheSizesOfRuns() {
    open();
    QTRY_VERIFY(workspace_->modelPreview(workspace_->focus()));
    workspace_->runComparison();
    QTRY_VERIFY(workspace_->modelRun(workspace_->focus()));
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        QCOMPARE(workspace_->modelPreview(scheme.id)->bytes,
                 workspace_->modelRun(scheme.id)->bytes);
    }
}

void TestWorkspace::whatTheUserStopsIsNotPendingForEver() {
    QSignalSpy opening(workspace_.get(), &Workspace::openingChanged);
    workspace_->open(demoModel());
    jobs_->cancelAll();
    QTRY_COMPARE(opening.count(), 2);
    QCOMPARE(opening.last().first().toBool(), false);
    QVERIFY(!workspace_->model());

    open();
    QTRY_VERIFY(jobs_->idle());
    // The lane is filled first, so that what shall be stopped waits: a finished result would
    // arrive.
    const auto fillLane = [this] {
        for (int i = 0; i < 2; ++i) {
            jobs_->start(
                Lane::interactive, "in the way", this,
                [](const Progress& progress) {
                    for (;;) {
                        progress.check();
                        QThread::msleep(1);
                    }
                },
                [] {});
        }
    };
    const auto waits = [this](const QString& what) {
        const QList<JobInfo> all = jobs_->jobs();
        return std::any_of(all.begin(), all.end(), [&](const JobInfo& job) {
            return job.title.contains(what) && !job.running;
        });
    };
    fillLane();
    workspace_->setTensor(workspace_->tensorIndex() + 1);
    QTRY_VERIFY(waits(QString::fromStdString(workspace_->tensor()->name)));
    jobs_->cancelAll();  // the profile
    QTRY_COMPARE(state(workspace_->focus()), State::failed);
    QVERIFY(!workspace_->tensorProblem().empty());

    workspace_->setTensor(workspace_->tensorIndex() - 1);
    QTRY_COMPARE(state(workspace_->focus()), State::ready);
    QTRY_VERIFY(jobs_->idle());
    fillLane();
    workspace_->replaceScheme(workspace_->focus(), parse_plan("int5"));
    QTRY_VERIFY(waits("Work out sizes"));
    jobs_->cancelAll();  // what says which scheme the tensor gets
    QTRY_COMPARE(state(workspace_->focus()), State::failed);

    workspace_->replaceScheme(workspace_->focus(), parse_plan("int6"));
    QTRY_COMPARE(state(workspace_->focus()), State::ready);
    QTRY_VERIFY(jobs_->idle());
    // Profile and preview are known there: only the run is left to do.
    workspace_->setTensor(workspace_->tensorIndex() + 2);
    QTRY_COMPARE(state(workspace_->focus()), State::ready);
    workspace_->setTensor(workspace_->tensorIndex() - 2);
    workspace_->replaceScheme(workspace_->focus(), parse_plan("int7"));
    QTRY_COMPARE(state(workspace_->focus()), State::ready);
    QTRY_VERIFY(jobs_->idle());
    fillLane();
    workspace_->setTensor(workspace_->tensorIndex() + 2);
    QTRY_VERIFY(waits("int7"));
    jobs_->cancelAll();  // the run
    QTRY_COMPARE(state(workspace_->focus()), State::failed);
}

// Plans

void TestWorkspace::recipeGivesEachTensorItsType() {
    open();
    const int id = workspace_->addScheme(parse_plan("q4_0"));
    QTRY_COMPARE(state(id), State::ready);
    workspace_->replaceScheme(id, parse_plan("recipe:Q4_0"));
    QCOMPARE(workspace_->scheme(id)->title(), QStringLiteral("Q4_0"));
    QTRY_COMPARE(state(id), State::ready);
    QCOMPARE(workspace_->tensorResult(id).run->scheme, storage(DType::q4_0));
    QCOMPARE(workspace_->tensorEntry(id)->rule, int{PlanEntry::kBase});

    // A recipe says itself what it keeps: no trial there, but a reason.
    workspace_->setTensor(indexOf("blk.0.attn_norm.weight"));
    QTRY_COMPARE(state(id), State::refused);
    QVERIFY(!workspace_->tensorResult(id).problem.empty());
    // A bare scheme is tried out everywhere.
    workspace_->replaceScheme(id, parse_plan("q4_0"));
    QTRY_COMPARE(state(id), State::ready);
}

void TestWorkspace::lastRuleWins() {
    open();
    workspace_->setTensor(indexOf("blk.1.ffn_down.weight"));
    const int id =
        workspace_->addScheme(parse_plan("q4_0; *ffn_down*=q8_0; blk.1.*=q5_0; *norm*=keep"));
    QTRY_COMPARE(state(id), State::ready);
    QCOMPARE(workspace_->tensorResult(id).run->scheme, storage(DType::q5_0));
    QCOMPARE(workspace_->tensorEntry(id)->rule, 1);
    // Another rule that does not touch this tensor costs nothing: its result is known.
    const auto before = workspace_->tensorResult(id).run;
    workspace_->replaceScheme(id, parse_plan("q4_0; blk.1.*=q5_0; blk.2.*=keep"));
    QTRY_COMPARE(state(id), State::ready);
    QCOMPARE(workspace_->tensorResult(id).run, before);
    workspace_->setTensor(indexOf("blk.2.ffn_down.weight"));
    QTRY_COMPARE(state(id), State::refused);
    workspace_->undoStack()->undo();
    QTRY_COMPARE(state(id), State::ready);
    QCOMPARE(workspace_->tensorResult(id).run->scheme, storage(DType::q8_0));
}

void TestWorkspace::fallbacksAreRunAndExplained() {
    TinyModel().write(folder_.path());  // rows of 64 and 96 weights
    workspace_->open(folder_.path());
    QTRY_VERIFY(workspace_->profile());
    const int id = workspace_->addScheme(parse_plan("recipe:Q4_K_M"));
    QTRY_COMPARE(state(id), State::ready);
    const SchemeResult result = workspace_->tensorResult(id);
    QCOMPARE(result.run->scheme, storage(fallback_dtype(DType::q4_k, 64)));
    QVERIFY2(QString::fromStdString(result.fallback.english()).contains("stands in for Q4_K"),
             result.fallback.english().c_str());
}

// The importance matrix

QString TestWorkspace::writeImportance(int columns) const {
    ImportanceMatrix matrix;
    for (const char* part : {"attn_q", "attn_k", "attn_v"}) {
        ImportanceEntry entry;
        entry.counts = {16};
        for (int column = 0; column < columns; ++column) {
            entry.sums.push_back(column % 7 == 0 ? 400.0F : 4.0F);
        }
        matrix.entries.emplace(QStringLiteral("blk.0.%1.weight").arg(part).toStdString(), entry);
    }
    matrix.datasets = {"text.txt"};
    matrix.chunk_count = 2;
    matrix.chunk_size = 8;
    const QString path = folder_.filePath(QStringLiteral("importance-%1.gguf").arg(columns));
    write_imatrix(matrix, path.toStdString(), ImportanceFormat::gguf);
    return path;
}

void TestWorkspace::importanceIsUsedAndMeasured() {
    open();
    const int plain = workspace_->addScheme(parse_plan("q4_0"));
    const int weighted = workspace_->addScheme(parse_plan("q4_0+imatrix"));
    QTRY_COMPARE(state(plain), State::ready);
    QTRY_COMPARE(state(weighted), State::refused);
    QVERIFY(workspace_->tensorResult(weighted).problem.english().find("choose one") !=
            std::string::npos);
    const auto before = workspace_->tensorResult(plain).run;
    QCOMPARE(before->error.importance, 0.0);

    QSignalSpy changed(workspace_.get(), &Workspace::importanceChanged);
    workspace_->open(writeImportance(256));  // as by a drop: the file says what it is
    QTRY_COMPARE(changed.count(), 1);
    QVERIFY(workspace_->model());
    QCOMPARE(workspace_->importance()->entries.size(), std::size_t{3});
    QTRY_COMPARE(state(plain), State::ready);
    QTRY_COMPARE(state(weighted), State::ready);
    const ErrorSums& one = workspace_->tensorResult(plain).run->error;
    const ErrorSums& other = workspace_->tensorResult(weighted).run->error;
    QVERIFY(one.weighted_rmse() > 0);
    QVERIFY(other.weighted_rmse() < one.weighted_rmse());

    workspace_->runComparison();
    QTRY_VERIFY(!workspace_->comparisonRunning());
    QVERIFY(workspace_->modelRun(weighted)->error.importance > 0);

    workspace_->clearImportance();
    QTRY_COMPARE(workspace_->tensorResult(plain).run, before);
    QTRY_COMPARE(state(weighted), State::refused);
    QVERIFY(!workspace_->modelRun(weighted));
    workspace_->runComparison();  // leaves out what cannot be run
    QTRY_VERIFY(workspace_->modelRun(plain));
    QVERIFY(!workspace_->canRunComparison());
}

void TestWorkspace::importanceOfAnotherModelIsRefused() {
    open();
    workspace_->openImportance(writeImportance(256));
    QTRY_VERIFY(workspace_->importance());
    const auto before = workspace_->importance();
    QSignalSpy failed(workspace_.get(), &Workspace::openFailed);
    workspace_->openImportance(writeImportance(128));
    QTRY_COMPARE(failed.count(), 1);
    QCOMPARE(workspace_->importance(), before);
    // A model that it does not fit puts it away.
    TinyModel().write(folder_.path());
    QSignalSpy dropped(workspace_.get(), &Workspace::importanceDropped);
    workspace_->open(folder_.path());
    QTRY_COMPARE(dropped.count(), 1);
    QVERIFY(!workspace_->importance());
    QTRY_COMPARE(state(workspace_->focus()), State::ready);
}

QTEST_GUILESS_MAIN(TestWorkspace)
#include "test_workspace.moc"
