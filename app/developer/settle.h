// app/developer: options for the people who work on Quantloupe (pictures of every page, response
// times). They drive the real window from outside; nothing else may depend on them.
#pragma once

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>
#include <functional>

namespace ql::gui {

/// Lets the event loop run until `done` holds, looking every few milliseconds; false when it did
/// not within `timeoutMs`.
inline bool runUntil(const std::function<bool()>& done, int timeoutMs = 30000) {
    QEventLoop loop;
    QElapsedTimer clock;
    clock.start();
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (done() || clock.hasExpired(timeoutMs)) {
            loop.quit();
        }
    });
    look.start(5);
    loop.exec();
    return done();
}

/// Lets the event loop run for a while.
inline void runFor(int ms) {
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

}  // namespace ql::gui
