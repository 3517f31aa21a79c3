#pragma once

#include <QToolButton>

namespace ql::gui {

/// The "?" beside a view: opens a small explanation . Escape or a click elsewhere closes it.
class HelpButton : public QToolButton {
    Q_OBJECT
  public:
    explicit HelpButton(QWidget* parent = nullptr);

    /// Title and rich text, both translated; set again on a change of language.
    void setHelp(const QString& title, const QString& richText);

  public slots:
    void open();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void retranslate();

    QString title_;
    QString text_;
};

}  // namespace ql::gui
