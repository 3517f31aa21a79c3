#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <algorithm>

#include "app/workspace.h"
#include "tests/app/app_fixture.h"

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

  private:
    void open();
    SchemeResult::State state(int id) const { return workspace_->tensorResult(id).state; }

    std::unique_ptr<Jobs> jobs_;
    std::unique_ptr<Workspace> workspace_;
};

using State = SchemeResult::State;

void TestWorkspace::init() {
    jobs_ = std::make_unique<Jobs>();
    workspace_ = std::make_unique<Workspace>(jobs_.get());
}

void TestWorkspace::cleanup() {
    workspace_.reset();
    jobs_.reset();
}

void TestWorkspace::open() {
    workspace_->open(demoModel());
    QTRY_VERIFY(workspace_->profile());
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
        QCOMPARE(workspace_->tensorResult(scheme.id).run->scheme, scheme.scheme);
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
    workspace_->replaceScheme(id, parse_scheme("q8_0"));
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
    const int id = workspace_->addScheme(parse_scheme("int4:g100:asym"));
    QTRY_COMPARE(state(id), State::refused);
    QVERIFY(!workspace_->tensorResult(id).problem.empty());
}

void TestWorkspace::everyChangeOfTheListCanBeUndone() {
    const QList<ComparedScheme> before = workspace_->schemes();
    const int added = workspace_->addScheme(parse_scheme("q5_1"));
    const int copy = workspace_->duplicateScheme(added);
    QVERIFY(copy != added);
    workspace_->replaceScheme(copy, parse_scheme("int3"));
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
    const int added = workspace_->addScheme(parse_scheme("q5_0"));
    QCOMPARE(workspace_->scheme(added)->color, schemes[0].color);
}

void TestWorkspace::thereAreAtMostEightSchemes() {
    while (workspace_->canAddScheme()) {
        QVERIFY(workspace_->addScheme(parse_scheme("q4_1")) != Workspace::kNoScheme);
    }
    QCOMPARE(workspace_->schemes().size(), 8);
    QCOMPARE(workspace_->addScheme(parse_scheme("q4_1")), int{Workspace::kNoScheme});
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
    workspace_->replaceScheme(workspace_->focus(), parse_scheme("int5"));
    QTRY_VERIFY(waits("int5"));
    jobs_->cancelAll();  // the run
    QTRY_COMPARE(state(workspace_->focus()), State::failed);
}

QTEST_GUILESS_MAIN(TestWorkspace)
#include "test_workspace.moc"
