#pragma once

#include <QWidget>
#include <functional>

class QLabel;
class QLineEdit;

namespace ql {
class Sentence;
}

namespace ql::gui {

/// A field for the text of a plan (most often a single scheme), or of rules. While it is wrong, the
/// first wrong character is shown below, with the reason. Return takes the text over.
class SchemeTextEdit : public QWidget {
    Q_OBJECT

  public:
    /// Throws Error for a wrong text, ParseError if it knows where.
    using Check = std::function<void(const std::string&)>;

    /// Without a check: the text of a plan.
    explicit SchemeTextEdit(QWidget* parent = nullptr, Check check = {});

    /// Shows a text; an edit that was not taken over is lost.
    void setText(const QString& text);
    QLineEdit* field() const { return field_; }
    /// The complaint as plain text, empty if the text is right or there is none.
    QString problem() const { return problem_; }

  signals:
    /// The text passed the check.
    void entered(const QString& text);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    bool read();
    void complain(const Sentence& sentence, std::size_t position);
    void submit();

    Check check_;
    QLineEdit* field_;
    QLabel* complaint_;
    QString problem_;
};

}  // namespace ql::gui
