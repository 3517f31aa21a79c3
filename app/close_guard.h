#pragma once

#include <QObject>

class QWidget;

namespace ql::gui {

class Jobs;

/// Lets a window close without waiting and without leaving work behind: asks once if something long
/// runs, stops all jobs, and closes the window when the last one has ended. The window lives on and
/// answers meanwhile.
class CloseGuard : public QObject {
    Q_OBJECT

  public:
    CloseGuard(QWidget* window, Jobs* jobs);

    /// For closeEvent: whether the window may close now. If not, it will be closed later, unless
    /// the user decides otherwise.
    bool mayClose();

  private:
    void ask();
    void stopAndClose();

    QWidget* window_;
    Jobs* jobs_;
    bool closing_ = false;  ///< the user wants to quit; it happens when the jobs have ended
};

}  // namespace ql::gui
