#pragma once

#include "app/controls.h"
#include "app/workspace.h"

namespace ql::gui {

/// Which scheme is in focus: all of them, each with its colour; choosing one moves the focus.
class FocusChoice : public Choice {
    Q_OBJECT
  public:
    explicit FocusChoice(Workspace* workspace, QWidget* parent = nullptr);

    /// Brings it up to date: pages call it when they are refreshed.
    void refresh();

  private:
    Workspace* workspace_;
    QList<ComparedScheme> listed_;
};

}  // namespace ql::gui
