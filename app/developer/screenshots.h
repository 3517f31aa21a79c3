#pragma once

#include <QString>

namespace ql::gui {

class MainWindow;

/// Opens the demo model, runs the comparison and writes a picture of every page in every theme and
/// language at two window sizes into `folder`. Returns the exit code.
int takeScreenshots(MainWindow& window, const QString& folder);

}  // namespace ql::gui
