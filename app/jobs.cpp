#include "app/jobs.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QRunnable>
#include <algorithm>
#include <mutex>
#include <new>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "app/handover.h"

namespace ql::gui {

namespace {

constexpr int kTickMs = 50;                  // at most 20 announcements a second
constexpr double kEstimateAfterSeconds = 1;  // before that a time left is a guess
constexpr double kEstimateAfterFraction = 0.01;

int limit(Lane lane) { return lane == Lane::heavy ? 1 : 2; }

// Lets the window's thread go first when all cores are busy. Threads that OpenMP starts from here
// inherit it.
void stepBack() {
#ifdef Q_OS_LINUX
    constexpr int kNice = 5;
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice);
#endif
}

Error asError(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return Error(ErrorCode::limit,
                     Sentence(QL_TR("core", "There is not enough memory for this.")));
    } catch (const std::exception& error) {
        return Error(ErrorCode::io,
                     Sentence(QL_TR("core", "Something unexpected went wrong: {}."), error.what()));
    }
}

}  // namespace

struct Jobs::Job {
    JobInfo info;
    QPointer<QObject> context;
    std::function<Delivery(const Progress&)> work;
    Failed failed;
    std::stop_source stop;
    QElapsedTimer clock;

    // Written by the worker, read by the tick.
    std::mutex mutex;
    double fraction = -1;
    Sentence text;

    void update() {
        const std::lock_guard lock(mutex);
        info.fraction = fraction;
        info.text = text;
        info.secondsElapsed = info.running ? static_cast<double>(clock.elapsed()) / 1000 : 0;
        const bool known =
            info.secondsElapsed >= kEstimateAfterSeconds && fraction >= kEstimateAfterFraction;
        info.secondsLeft.reset();
        if (known) {
            info.secondsLeft = info.secondsElapsed * (1 - fraction) / fraction;
        }
    }
};

Jobs::Jobs(QObject* parent) : QObject(parent) {
    pool_.setMaxThreadCount(limit(Lane::heavy) + limit(Lane::interactive));
    pool_.setExpiryTimeout(-1);  // every thread keeps its OpenMP team
    tick_.setInterval(kTickMs);
    connect(&tick_, &QTimer::timeout, this, &Jobs::changed);
}

Jobs::~Jobs() {
    for (const auto& job : jobs_) {
        job->stop.request_stop();
    }
    pool_.waitForDone();
}

JobId Jobs::enqueue(Lane lane, const QString& title, QObject* context,
                    std::function<Delivery(const Progress&)> work, Failed failed) {
    auto job = std::make_shared<Job>();
    job->info.id = ++lastId_;
    job->info.lane = lane;
    job->info.title = title;
    job->context = context;
    job->work = std::move(work);
    job->failed = std::move(failed);
    jobs_.insert(job->info.id, job);
    if (!tick_.isActive()) {
        tick_.start();
    }
    startWaiting(lane);
    return job->info.id;
}

/// What a worker leaves behind, on its way to the thread of Jobs.
struct Jobs::FinishedEvent : QEvent {
    FinishedEvent(JobId jobId, Delivery result, std::exception_ptr problem)
        : QEvent(User), id(jobId), delivery(std::move(result)), error(std::move(problem)) {}
    JobId id;
    Delivery delivery;
    std::exception_ptr error;
};

void Jobs::startWaiting(Lane lane) {
    const auto running = std::count_if(jobs_.cbegin(), jobs_.cend(), [lane](const auto& job) {
        return job->info.lane == lane && job->info.running;
    });
    int free = limit(lane) - static_cast<int>(running);
    for (const auto& job : jobs_) {
        if (free > 0 && job->info.lane == lane && !job->info.running) {
            run(job);
            --free;
        }
    }
}

void Jobs::run(const std::shared_ptr<Job>& job) {
    job->info.running = true;
    job->clock.start();
    QRunnable* runnable = QRunnable::create([this, job] {
        takeOver();
        stepBack();
        const Progress progress(job->stop.get_token(),
                                [&shared = *job](double fraction, const Sentence& text) {
                                    const std::lock_guard lock(shared.mutex);
                                    shared.fraction = fraction;
                                    if (!text.empty()) {
                                        shared.text = text;
                                    }
                                });
        Delivery delivery;
        std::exception_ptr error;
        try {
            progress.check();
            delivery = job->work(progress);
        } catch (...) {
            error = std::current_exception();
        }
        job->work = nullptr;  // frees what it held here, not in the window's thread
        auto* finished = new FinishedEvent(job->info.id, std::move(delivery), error);
        handOver();
        QCoreApplication::postEvent(this, finished);
    });
    handOver();
    pool_.start(runnable);
}

void Jobs::customEvent(QEvent* event) {
    takeOver();
    const auto* finished = static_cast<const FinishedEvent*>(event);  // we get no other
    finish(finished->id, finished->delivery, finished->error);
}

void Jobs::finish(JobId id, const Delivery& delivery, const std::exception_ptr& error) {
    const std::shared_ptr<Job> job = jobs_.take(id);
    if (!job) {
        return;
    }
    startWaiting(job->info.lane);
    if (error) {
        report(*job, asError(error));
    } else if (!delivery) {
        report(*job, Error(ErrorCode::cancelled, Sentence(QL_TR("core", "Stopped on request."))));
    } else if (job->context) {
        delivery();
    }
    emit ended(id, job->info.cancelling && !delivery);
    emit changed();
    if (jobs_.isEmpty()) {
        tick_.stop();
        emit becameIdle();
    }
}

void Jobs::report(const Job& job, const Error& error) {
    if (!job.context) {
        return;
    }
    if (job.failed) {
        job.failed(error);
    } else if (error.code() != ErrorCode::cancelled) {
        emit jobFailed(job.info.title, error);
    }
}

void Jobs::cancel(JobId id) {
    const std::shared_ptr<Job> job = jobs_.value(id);
    if (!job || job->info.cancelling) {
        return;
    }
    job->info.cancelling = true;
    job->stop.request_stop();
    if (!job->info.running) {
        // It holds no thread: end it now, but not while the caller is still in cancel().
        job->info.running = true;
        job->clock.start();
        QMetaObject::invokeMethod(
            this, [this, id] { finish(id, {}, {}); }, Qt::QueuedConnection);
    }
}

void Jobs::drop(JobId id) {
    if (const std::shared_ptr<Job> job = jobs_.value(id)) {
        job->context = nullptr;
        job->failed = {};
        cancel(id);
    }
}

void Jobs::dropOf(const QObject* context) {
    const auto ids = jobs_.keys();
    for (const JobId id : ids) {
        if (jobs_.value(id)->context == context) {
            drop(id);
        }
    }
}

void Jobs::cancelAll() {
    const auto ids = jobs_.keys();
    for (const JobId id : ids) {
        cancel(id);
    }
}

void Jobs::cancelLane(Lane lane) {
    const auto ids = jobs_.keys();
    for (const JobId id : ids) {
        if (jobs_.value(id)->info.lane == lane) {
            cancel(id);
        }
    }
}

QList<JobInfo> Jobs::jobs() const {
    QList<JobInfo> result;
    for (const auto& job : jobs_) {
        job->update();
        result.append(job->info);
    }
    return result;
}

}  // namespace ql::gui
