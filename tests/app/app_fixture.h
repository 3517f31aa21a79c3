#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QStandardPaths>
#include <QTest>

namespace ql::gui {

/// Settings and data of tests live in private places, empty at the start.
inline void usePrivatePaths() {
    QCoreApplication::setApplicationName(
        QStringLiteral("quantloupe-test-%1").arg(QCoreApplication::applicationPid()));
    QStandardPaths::setTestModeEnabled(true);
}

inline void removePrivatePaths() {
    for (const auto place :
         {QStandardPaths::AppConfigLocation, QStandardPaths::AppLocalDataLocation}) {
        QDir(QStandardPaths::writableLocation(place)).removeRecursively();
    }
}

/// The demo model as it lies in the source tree.
inline QString demoModel() { return QStringLiteral(QL_SOURCE_DIR "/resources/demo_model"); }

}  // namespace ql::gui
