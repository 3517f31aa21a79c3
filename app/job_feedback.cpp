#include "app/job_feedback.h"

#include <QCursor>
#include <QMenu>
#include <algorithm>

#include "app/controls.h"
#include "app/text.h"
#include "core/base/parallel.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

constexpr double kNoticedAfterSeconds = 0.4;

}  // namespace

JobFeedback::JobFeedback(Jobs* jobs, JobStrip* strip, QObject* parent)
    : QObject(parent), jobs_(jobs), strip_(strip) {
    connect(jobs_, &Jobs::changed, this, &JobFeedback::update);
    connect(jobs_, &Jobs::ended, this, [this](JobId id, bool stopped) {
        if (id == shown_.id) {
            shown_.cancelling = stopped;  // it may have been done when stop was asked for
        }
    });
    connect(strip_, &JobStrip::jobsRequested, this, &JobFeedback::showJobs);
    connect(strip_, &JobStrip::cancelRequested, this, [this] { jobs_->cancel(shown_.id); });
    retranslate();
}

void JobFeedback::retranslate() {
    if (jobs_->idle()) {
        shown_ = {};  // its title is in the language of its birth
    }
    strip_->setMachine(tr("CPU, %n thread(s)", nullptr, thread_limit()));
    update();
}

void JobFeedback::update() {
    const QList<JobInfo> all = jobs_->jobs();
    const auto worthShowing = [](const JobInfo& job) {
        return job.running &&
               (job.lane == Lane::heavy || job.secondsElapsed > kNoticedAfterSeconds);
    };
    auto job = std::find_if(all.begin(), all.end(), [&](const JobInfo& info) {
        return info.lane == Lane::heavy && worthShowing(info);
    });
    if (job == all.end()) {
        job = std::find_if(all.begin(), all.end(), worthShowing);
    }
    if (job == all.end()) {
        const QString end = endText();
        strip_->setIdle(end);
        if (!logged_ && !end.isEmpty()) {
            logged_ = true;
            emit ended(end);
        }
        return;
    }
    if (shown_.id != job->id && shown_.lane == Lane::heavy && !logged_) {
        emit ended(endText());
    }
    logged_ = job->lane != Lane::heavy;
    shown_ = *job;
    const auto waiting =
        std::count_if(all.begin(), all.end(), [](const JobInfo& info) { return !info.running; });
    strip_->setJob({.title = job->title,
                    .step = translated(job->text),
                    .fraction = job->fraction,
                    .elapsedSeconds = job->secondsElapsed,
                    .secondsLeft = job->secondsLeft.value_or(-1),
                    .queued = static_cast<int>(waiting),
                    .cancelling = job->cancelling});
}

void JobFeedback::showJobs() {
    auto* menu = new QMenu(strip_);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QList<JobInfo> all = jobs_->jobs();
    for (const JobInfo& job : all) {
        const QString text = job.running ? tr("Stop: %1") : tr("Stop: %1 (waiting)");
        QAction* action = menu->addAction(text.arg(menuText(job.title)));
        action->setEnabled(!job.cancelling);
        connect(action, &QAction::triggered, jobs_, [this, id = job.id] { jobs_->cancel(id); });
    }
    if (all.isEmpty()) {
        menu->addAction(tr("Nothing is running"))->setEnabled(false);
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Finished jobs are in the log")), &QAction::triggered, this,
            &JobFeedback::logRequested);
    menu->popup(QCursor::pos());
}

QString JobFeedback::endText() const {
    if (shown_.id == kNoJob || shown_.lane != Lane::heavy) {
        return {};
    }
    return shown_.cancelling
               ? tr("%1: stopped").arg(shown_.title)
               : tr("%1: ended after %2").arg(shown_.title, formatDuration(shown_.secondsElapsed));
}

}  // namespace ql::gui
