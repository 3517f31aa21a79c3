// app: the program's window and everything behind it that needs Qt: the document (workspace.h), the
// one job system (jobs.h), pages, docks and dialogs. All computing is core's, and runs in a job.
#pragma once

#include <QList>
#include <QMap>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QThreadPool>
#include <QTimer>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace ql::gui {

using JobId = quint64;
inline constexpr JobId kNoJob = 0;

enum class Lane {
    heavy,        ///< minutes: whole-model runs, exports; one at a time, the others wait
    interactive,  ///< what the user waits for while looking: a tensor, a map, a row of tiles
};

/// What is known of a job while it runs.
struct JobInfo {
    JobId id = kNoJob;
    Lane lane = Lane::interactive;
    QString title;                      ///< "Compare 3 schemes"
    Sentence text;                      ///< what it is doing now; may be empty
    double fraction = -1;               ///< 0..1, or negative while nothing was reported
    double secondsElapsed = 0;          ///< since it began to run; 0 while it waits
    std::optional<double> secondsLeft;  ///< an estimate, once there is ground for one
    bool running = false;               ///< false: it waits for its lane
    bool cancelling = false;            ///< stop was asked for
};

/// The one way to do work in the background.
///
/// A job's work runs in a pool thread and gets a ql::Progress; whatever it throws is caught once,
/// here. Everything else happens in the thread that owns the Jobs object (the GUI thread): results
/// arrive there as shared immutable values, and only while the context object lives.
class Jobs : public QObject {
    Q_OBJECT

  public:
    using Failed = std::function<void(const Error&)>;

    explicit Jobs(QObject* parent = nullptr);
    /// Cancels what still runs and waits for it. A window calls cancelAll() and waits for idle()
    /// before it closes, so that this wait is not felt.
    ~Jobs() override;

    /// Runs `work(progress)` in the background, then `done(std::shared_ptr<const Result>)` here
    /// (`done()` if work returns nothing). `title` is translated and says what is done, for the job
    /// strip.
    ///
    /// - `done` is not called when `context` has died or the job was dropped.
    /// - An error goes to `failed` if there is one (a cancellation too, as ErrorCode::cancelled);
    ///   without one it is announced by jobFailed, and a cancellation is silent.
    /// - `work` must own what it uses (shared_ptr, copies): it may outlive the context.
    template <class Work, class Done>
    JobId start(Lane lane, const QString& title, QObject* context, Work work, Done done,
                Failed failed = {});

    /// Asks a job to stop, as the user does: it ends as cancelled, or with its result if its work
    /// was finished before it noticed (a file that is written is written). Unknown and finished
    /// jobs are ignored.
    void cancel(JobId id);
    /// Asks a job to stop that nobody cares about any more: neither its result nor its end is told.
    void drop(JobId id);
    /// Drops every job that was started with `context`.
    void dropOf(const QObject* context);
    void cancelAll();
    void cancelLane(Lane lane);

    /// Nothing runs and nothing waits.
    bool idle() const { return jobs_.isEmpty(); }
    /// All jobs that run or wait, oldest first.
    QList<JobInfo> jobs() const;

  signals:
    /// A job began, advanced or ended; at most 20 times a second.
    void changed();
    /// A job has ended; `stopped`: before its work was done, because that was asked for.
    void ended(ql::gui::JobId id, bool stopped);
    /// A job without a handler of its own failed.
    void jobFailed(const QString& title, const ql::Error& error);
    /// The last job has ended.
    void becameIdle();

  protected:
    void customEvent(QEvent* event) override;

  private:
    struct Job;
    struct FinishedEvent;
    /// What a work function leaves behind: a function that hands the result over.
    using Delivery = std::function<void()>;

    JobId enqueue(Lane lane, const QString& title, QObject* context,
                  std::function<Delivery(const Progress&)> work, Failed failed);
    void startWaiting(Lane lane);
    void run(const std::shared_ptr<Job>& job);
    void finish(JobId id, const Delivery& delivery, const std::exception_ptr& error);
    void report(const Job& job, const Error& error);

    QMap<JobId, std::shared_ptr<Job>> jobs_;  ///< waiting and running, oldest first
    JobId lastId_ = kNoJob;
    QThreadPool pool_;
    QTimer tick_;
};

/// The latest of a series of jobs that replace each other (the map of the tensor that is shown, the
/// tiles of the view as it stands): starting one drops the one before.
class JobSlot {
  public:
    explicit JobSlot(Jobs* jobs) : jobs_(jobs) {}
    ~JobSlot() { cancel(); }
    JobSlot(const JobSlot&) = delete;
    JobSlot& operator=(const JobSlot&) = delete;

    template <class Work, class Done>
    void start(Lane lane, const QString& title, QObject* context, Work work, Done done,
               Jobs::Failed failed = {}) {
        cancel();
        id_ =
            jobs_->start(lane, title, context, std::move(work), std::move(done), std::move(failed));
    }
    /// Drops the job, if there is one.
    void cancel() {
        if (jobs_) {
            jobs_->drop(std::exchange(id_, kNoJob));
        }
    }

  private:
    QPointer<Jobs> jobs_;
    JobId id_ = kNoJob;
};

template <class Work, class Done>
JobId Jobs::start(Lane lane, const QString& title, QObject* context, Work work, Done done,
                  Failed failed) {
    using Result = std::invoke_result_t<Work&, const Progress&>;
    auto run = [work = std::move(work),
                done = std::move(done)](const Progress& progress) mutable -> Delivery {
        if constexpr (std::is_void_v<Result>) {
            work(progress);
            return [done = std::move(done)]() mutable { done(); };
        } else {
            std::shared_ptr<const Result> result = std::make_shared<Result>(work(progress));
            return [done = std::move(done), result = std::move(result)]() mutable { done(result); };
        }
    };
    return enqueue(lane, title, context, std::move(run), std::move(failed));
}

}  // namespace ql::gui
