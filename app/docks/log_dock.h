#pragma once

#include "app/docks/dock.h"
#include "widgets/message_strip.h"

class QPlainTextEdit;

namespace ql::gui {

/// Everything that was said in the message strip, with its time, until the program ends.
class LogDock : public Dock {
    Q_OBJECT

  public:
    explicit LogDock(QWidget* parent = nullptr);

    void add(Severity severity, const QString& text, const QString& details = {});
    /// Warnings and errors since the log was last seen.
    int unseen() const { return unseen_; }

  signals:
    void unseenChanged(int count);

  protected:
    void retranslate() override;
    void showEvent(QShowEvent* event) override;

  private:
    void setUnseen(int count);

    QPlainTextEdit* text_;
    int unseen_ = 0;
};

}  // namespace ql::gui
