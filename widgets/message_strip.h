#pragma once

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace ql::gui {

enum class Severity { info, warning, error };

/// A message in the window instead of a modal box: what happened and what to do, with details on
/// demand, copy and dismiss. Hidden while there is nothing to say. A further message replaces the
/// one shown unless that is more severe; then it waits.
class MessageStrip : public QWidget {
    Q_OBJECT
  public:
    explicit MessageStrip(QWidget* parent = nullptr);

    /// `details`: file, tensor, the technical side; may be empty.
    void showMessage(Severity severity, const QString& text, const QString& details = {});
    bool isShowing() const { return !text_.isEmpty(); }
    QString text() const { return text_; }
    QString details() const { return detailText_; }

  public slots:
    /// Shows the next waiting message, or hides.
    void dismiss();
    void copy() const;

  signals:
    void dismissed();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct Message {
        Severity severity;
        QString text;
        QString details;
    };
    void present(const Message& message);
    void showIcon();
    void retranslate();
    QColor color() const;

    Severity severity_ = Severity::info;
    QString text_;
    QString detailText_;
    QList<Message> waiting_;
    QLabel* icon_;
    QLabel* label_;
    QToolButton* detailsButton_;
    QToolButton* copyButton_;
    QToolButton* closeButton_;
    QPlainTextEdit* detailsEdit_;
};

}  // namespace ql::gui
