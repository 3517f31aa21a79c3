#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <atomic>
#include <thread>

#include "app/jobs.h"

using namespace ql;
using namespace ql::gui;

namespace {

// Works until it is told to stop.
int workForever(const Progress& progress) {
    for (;;) {
        progress.check();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

}  // namespace

class TestJobs : public QObject {
    Q_OBJECT

  private slots:
    void resultArrivesInTheThreadOfJobs();
    void progressIsSeenAndThrottled();
    void droppedJobsAreNobodysBusiness();
    void cancelKeepsWhatWasFinished();
    void cancelIsTold();
    void errorsGoToTheirHandlerOrAreAnnounced();
    void foreignExceptionsBecomeErrors();
    void deadContextGetsNothing();
    void heavyJobsRunOneAtATime();
    void waitingJobsEndAtOnceWhenCancelled();
    void slotKeepsOnlyTheLatest();
    void destructorStopsWhatRuns();
};

void TestJobs::resultArrivesInTheThreadOfJobs() {
    Jobs jobs;
    QThread* worker = nullptr;
    QThread* receiver = nullptr;
    int value = 0;
    jobs.start(
        Lane::interactive, "answer", this,
        [&worker](const Progress&) {
            worker = QThread::currentThread();
            return 42;
        },
        [&](const std::shared_ptr<const int>& result) {
            receiver = QThread::currentThread();
            value = *result;
        });
    QVERIFY(!jobs.idle());
    QTRY_COMPARE(value, 42);
    QCOMPARE(receiver, QThread::currentThread());
    QVERIFY(worker != receiver);
    QVERIFY(jobs.idle());
}

void TestJobs::progressIsSeenAndThrottled() {
    Jobs jobs;
    std::atomic<bool> go = false;
    QSignalSpy changed(&jobs, &Jobs::changed);
    jobs.start(
        Lane::heavy, "long", this,
        [&go](const Progress& progress) {
            for (int i = 0; i < 100000; ++i) {
                progress.report(0.5, Sentence("half"));
            }
            while (!go) {
                std::this_thread::yield();
            }
        },
        [] {});
    QTRY_COMPARE(jobs.jobs().value(0).fraction, 0.5);
    QCOMPARE(jobs.jobs().value(0).text.english(), std::string("half"));
    QVERIFY2(changed.count() < 1000, "every report was announced");
    go = true;
    QTRY_VERIFY(jobs.idle());
}

void TestJobs::droppedJobsAreNobodysBusiness() {
    Jobs jobs;
    QSignalSpy announced(&jobs, &Jobs::jobFailed);
    bool told = false;
    const auto tell = [&told](const auto&) { told = true; };
    std::atomic<bool> finished = false;
    const JobId quick = jobs.start(
        Lane::interactive, "quick", this,
        [&finished](const Progress&) {
            finished = true;
            return 1;
        },
        tell, tell);
    const JobId running = jobs.start(Lane::heavy, "runs", this, workForever, tell, tell);
    const JobId waiting = jobs.start(Lane::heavy, "waits", this, workForever, tell, tell);
    while (!finished) {  // without events: the result cannot have been delivered yet
        QThread::msleep(1);
    }
    for (const JobId id : {quick, running, waiting}) {
        jobs.drop(id);
    }
    QTRY_VERIFY(jobs.idle());
    QVERIFY(!told);
    QCOMPARE(announced.count(), 0);
}

void TestJobs::cancelKeepsWhatWasFinished() {
    Jobs jobs;
    QSignalSpy ended(&jobs, &Jobs::ended);
    int value = 0;
    bool failed = false;
    std::atomic<bool> finished = false;
    const JobId id = jobs.start(
        Lane::heavy, "write", this,
        [&finished](const Progress&) {
            finished = true;
            return 7;
        },
        [&value](const std::shared_ptr<const int>& result) { value = *result; },
        [&failed](const Error&) { failed = true; });
    while (!finished) {
        QThread::msleep(1);
    }
    jobs.cancel(id);
    QTRY_VERIFY(jobs.idle());
    QCOMPARE(value, 7);
    QVERIFY(!failed);
    QCOMPARE(ended.count(), 1);
    QVERIFY(!ended.first().last().toBool());  // it was not stopped
}

void TestJobs::cancelIsTold() {
    Jobs jobs;
    QSignalSpy announced(&jobs, &Jobs::jobFailed);
    std::optional<ErrorCode> code;
    const JobId id = jobs.start(
        Lane::heavy, "endless", this, workForever, [](const auto&) {},
        [&code](const Error& error) { code = error.code(); });
    const JobId silent =
        jobs.start(Lane::interactive, "endless", this, workForever, [](const auto&) {});
    jobs.cancel(id);
    jobs.cancel(silent);
    QVERIFY(jobs.jobs().value(0).cancelling);
    QTRY_VERIFY(jobs.idle());
    QCOMPARE(code, ErrorCode::cancelled);
    QCOMPARE(announced.count(), 0);
}

void TestJobs::errorsGoToTheirHandlerOrAreAnnounced() {
    Jobs jobs;
    QSignalSpy announced(&jobs, &Jobs::jobFailed);
    const auto fail = [](const Progress&) -> int {
        throw Error(ErrorCode::bad_file, Sentence("The file is {}.", "odd"), "a.gguf");
    };
    std::string text;
    jobs.start(
        Lane::interactive, "with", this, fail, [](const auto&) {},
        [&text](const Error& error) { text = error.what(); });
    jobs.start(Lane::interactive, "without", this, fail, [](const auto&) {});
    QTRY_VERIFY(jobs.idle());
    QCOMPARE(text, std::string("a.gguf: The file is odd."));
    QCOMPARE(announced.count(), 1);
    QCOMPARE(announced.first().first().toString(), QStringLiteral("without"));
}

void TestJobs::foreignExceptionsBecomeErrors() {
    Jobs jobs;
    std::optional<ErrorCode> code;
    jobs.start(
        Lane::interactive, "memory", this, [](const Progress&) -> int { throw std::bad_alloc(); },
        [](const auto&) {}, [&code](const Error& error) { code = error.code(); });
    QTRY_COMPARE(code, ErrorCode::limit);
}

void TestJobs::deadContextGetsNothing() {
    Jobs jobs;
    auto context = std::make_unique<QObject>();
    bool called = false;
    std::atomic<bool> go = false;
    jobs.start(
        Lane::interactive, "orphan", context.get(),
        [&go](const Progress&) {
            while (!go) {
                std::this_thread::yield();
            }
            return 1;
        },
        [&called](const auto&) { called = true; });
    context.reset();
    go = true;
    QTRY_VERIFY(jobs.idle());
    QVERIFY(!called);
}

void TestJobs::heavyJobsRunOneAtATime() {
    Jobs jobs;
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    QList<int> order;
    for (int i = 0; i < 4; ++i) {
        jobs.start(
            Lane::heavy, "heavy", this,
            [&](const Progress&) {
                most = std::max<int>(most, ++running);
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                --running;
            },
            [&order, i] { order.append(i); });
    }
    QTRY_COMPARE(order, (QList<int>{0, 1, 2, 3}));
    QCOMPARE(most.load(), 1);
}

void TestJobs::waitingJobsEndAtOnceWhenCancelled() {
    Jobs jobs;
    std::atomic<bool> started = false;
    std::optional<ErrorCode> code;
    const JobId first = jobs.start(Lane::heavy, "first", this, workForever, [](const auto&) {});
    const JobId second = jobs.start(
        Lane::heavy, "second", this, [&started](const Progress&) { started = true; }, [] {},
        [&code](const Error& error) { code = error.code(); });
    jobs.cancel(second);
    QTRY_COMPARE(code, ErrorCode::cancelled);
    QCOMPARE(jobs.jobs().size(), 1);  // the first still runs
    jobs.cancel(first);
    QTRY_VERIFY(jobs.idle());
    QVERIFY(!started);
}

void TestJobs::slotKeepsOnlyTheLatest() {
    Jobs jobs;
    JobSlot slot(&jobs);
    QList<int> results;
    for (int i = 0; i < 20; ++i) {
        slot.start(
            Lane::interactive, "series", this, [i](const Progress&) { return i; },
            [&results](const std::shared_ptr<const int>& result) { results.append(*result); });
    }
    QTRY_VERIFY(jobs.idle());
    QCOMPARE(results, QList<int>{19});
}

void TestJobs::destructorStopsWhatRuns() {
    auto jobs = std::make_unique<Jobs>();
    std::atomic<bool> begun = false;
    jobs->start(
        Lane::heavy, "endless", this,
        [&begun](const Progress& progress) {
            begun = true;
            return workForever(progress);
        },
        [](const auto&) { QFAIL("delivered after the end"); });
    QTRY_VERIFY(begun);
    jobs.reset();  // returns only when the work has stopped
    QCoreApplication::processEvents();
}

QTEST_GUILESS_MAIN(TestJobs)
#include "test_jobs.moc"
