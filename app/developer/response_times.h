#pragma once

namespace ql::gui {

class MainWindow;

/// Goes through the main paths of the window on the demo model and prints, for each, the longest
/// that an event had to wait. Returns the exit code.
int measureResponseTimes(MainWindow& window);

}  // namespace ql::gui
