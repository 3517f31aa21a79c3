#pragma once

#include <QWidget>
#include <optional>

#include "core/schemes/scheme.h"

class QLabel;
class QLineEdit;

namespace ql::gui {

/// A field for the canonical text of a scheme. While it is wrong, the first wrong character is
/// shown below, with the reason. Return takes the text over.
class SchemeTextEdit : public QWidget {
    Q_OBJECT

  public:
    explicit SchemeTextEdit(QWidget* parent = nullptr);

    /// Shows a text; an edit that was not taken over is lost.
    void setText(const QString& text);
    QLineEdit* field() const { return field_; }
    /// The complaint as plain text, empty if the text is a scheme or there is none.
    QString problem() const { return problem_; }

  signals:
    void schemeEntered(const ql::Scheme& scheme);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    std::optional<Scheme> read();
    void complain(const Sentence& sentence, std::size_t position);
    void submit();

    QLineEdit* field_;
    QLabel* complaint_;
    QString problem_;
};

}  // namespace ql::gui
