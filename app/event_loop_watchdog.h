#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QThread>
#include <atomic>

namespace ql::gui {

/// Measures how long the event loop of its thread lets a new event wait: a thread of its own posts
/// one every few milliseconds and looks at the clock when it is answered. (The dispatcher's signals
/// awake and aboutToBlock would be simpler, but with GLib handlers run outside of that pair.) Debug
/// builds make one and log what is too long; the developer option --benchmark-ui reads worstMs().
class EventLoopWatchdog : public QObject {
    Q_OBJECT

  public:
    static constexpr double kFrameMs = 16;

    explicit EventLoopWatchdog(QObject* parent = nullptr);
    ~EventLoopWatchdog() override;

    double worstMs() const { return worst_; }
    int gapsOverFrame() const { return over_; }
    /// Forgets what was measured, a question that is still open included.
    void reset();
    /// Writes every gap longer than kFrameMs to the debug log.
    void setLogging(bool logging) { logging_ = logging; }

  private:
    void ask();
    void answer(qint64 askedAt);

    QElapsedTimer clock_;
    QThread* asker_;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> answered_ = true;
    qint64 resetAt_ = 0;
    double worst_ = 0;
    int over_ = 0;
    bool logging_ = false;
};

}  // namespace ql::gui
