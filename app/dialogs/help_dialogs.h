#pragma once

#include <QList>

class QAction;
class QWidget;

namespace ql::gui {

/// A list of all shortcuts: those of commands, and those that work inside of views.
void showShortcuts(const QList<QAction*>& actions, QWidget* parent);

/// Name, version, licence, and what the program is built on.
void showAbout(QWidget* parent);

}  // namespace ql::gui
