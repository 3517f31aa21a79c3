#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace ql::gui {

/// What is to be said about the running job.
struct JobStatus {
    QString title;         ///< "GPTQ 4-bit"
    QString step;          ///< "layer 3 of 6 · ffn up"
    double fraction = -1;  ///< 0 to 1, below 0: unknown
    double elapsedSeconds = 0;
    double secondsLeft = -1;  ///< below 0: unknown
    int queued = 0;           ///< jobs waiting behind this one
    bool cancelling = false;  ///< cancel was asked for and is not done
};

/// The bar at the foot of the window: the running job on the left, log and machine on the right.
class JobStrip : public QWidget {
    Q_OBJECT
  public:
    explicit JobStrip(QWidget* parent = nullptr);

    void setJob(const JobStatus& status);
    /// No job runs. A text such as "GPTQ 4-bit finished in 3.2 s" may stay behind.
    void setIdle(const QString& lastJob = {});
    bool isIdle() const { return idle_; }

    /// Warnings in the log since it was looked at.
    void setWarnings(int count);
    /// Free text at the right end: backend, threads, memory.
    void setMachine(const QString& text);

  signals:
    void cancelRequested();
    void logRequested();
    /// A click on the job's text or the queue count.
    void jobsRequested();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void refresh();

    JobStatus status_;
    QString lastJob_;
    QString machineText_;
    int warnings_ = 0;
    bool idle_ = true;
    QToolButton* jobs_;
    QLabel* title_;
    QLabel* step_;
    QProgressBar* bar_;
    QLabel* left_;
    QPushButton* cancel_;
    QToolButton* log_;
    QLabel* machine_;
};

}  // namespace ql::gui
