#pragma once

#include <QObject>

#include "app/jobs.h"
#include "widgets/job_strip.h"

namespace ql::gui {

/// Tells the strip at the foot of the window what the jobs do: the heavy one that runs; a short one
/// only when it takes long enough to be noticed; and how the last heavy one ended. Its Jobs button
/// lists what runs and waits, to be stopped one by one.
class JobFeedback : public QObject {
    Q_OBJECT

  public:
    JobFeedback(Jobs* jobs, JobStrip* strip, QObject* parent = nullptr);

    /// Says everything anew, in the language of the moment.
    void retranslate();

  signals:
    /// A heavy job has ended; a translated sentence for the log.
    void ended(const QString& text);
    void logRequested();

  private:
    void update();
    void showJobs();
    QString endText() const;

    Jobs* jobs_;
    JobStrip* strip_;
    JobInfo shown_;       ///< the job in the strip, or the last heavy one that was
    bool logged_ = true;  ///< the end of shown_ was told, or is not worth telling
};

}  // namespace ql::gui
