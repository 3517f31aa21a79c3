#include "app/event_loop_watchdog.h"

#include <QDebug>
#include <algorithm>

namespace ql::gui {

namespace {
constexpr unsigned long kPauseUs = 1000;
}

EventLoopWatchdog::EventLoopWatchdog(QObject* parent)
    : QObject(parent), asker_(QThread::create([this] { ask(); })) {
    clock_.start();
    asker_->start();
}

EventLoopWatchdog::~EventLoopWatchdog() {
    stop_ = true;
    asker_->wait();
    delete asker_;
}

void EventLoopWatchdog::reset() {
    resetAt_ = clock_.nsecsElapsed();
    worst_ = 0;
    over_ = 0;
}

void EventLoopWatchdog::ask() {
    while (!stop_) {
        if (answered_.exchange(false)) {
            const qint64 now = clock_.nsecsElapsed();
            QMetaObject::invokeMethod(
                this, [this, now] { answer(now); }, Qt::QueuedConnection);
        }
        QThread::usleep(kPauseUs);
    }
}

void EventLoopWatchdog::answer(qint64 askedAt) {
    answered_ = true;
    if (askedAt < resetAt_) {
        return;
    }
    const double gap = static_cast<double>(clock_.nsecsElapsed() - askedAt) / 1e6;
    worst_ = std::max(worst_, gap);
    if (gap > kFrameMs) {
        ++over_;
        if (logging_) {
            qDebug("An event waited for %.1f ms.", gap);
        }
    }
}

}  // namespace ql::gui
