#pragma once

#include <QDockWidget>

namespace ql::gui {

/// A dock that can be closed and moved but does not float away, in the colour of panels.
class Dock : public QDockWidget {
    Q_OBJECT

  public:
    explicit Dock(const QString& name, QWidget* parent = nullptr);

  protected:
    /// Sets every text anew. Called when the language changes; a subclass calls it once at first.
    virtual void retranslate() = 0;
    /// The dock's title, with what Qt itself does not translate again.
    void setTitle(const QString& title);
    /// The widget inside, on the panel's background.
    void setContent(QWidget* content);

    void changeEvent(QEvent* event) override;
};

}  // namespace ql::gui
