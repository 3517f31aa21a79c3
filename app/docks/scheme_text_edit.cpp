#include "app/docks/scheme_text_edit.h"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>
#include <algorithm>

#include "app/text.h"
#include "core/schemes/plan.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {
constexpr int kMaxLength = 10000;  // rules for every tensor of a large model
}

SchemeTextEdit::SchemeTextEdit(QWidget* parent, Check check)
    : QWidget(parent),
      check_(check ? std::move(check) : [](const std::string& text) { parse_plan(text); }),
      field_(new QLineEdit),
      complaint_(new QLabel) {
    field_->setFont(monospaceFont(font()));
    field_->setMaxLength(kMaxLength);
    field_->setAcceptDrops(false);  // a file dropped here is to be opened
    setFocusProxy(field_);
    complaint_->setWordWrap(true);
    complaint_->setFont(smallFont(font()));
    complaint_->setTextFormat(Qt::RichText);
    complaint_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(field_);
    layout->addWidget(complaint_);
    connect(field_, &QLineEdit::textEdited, this, &SchemeTextEdit::read);
    connect(field_, &QLineEdit::returnPressed, this, &SchemeTextEdit::submit);
}

void SchemeTextEdit::setText(const QString& text) {
    field_->setText(text);
    field_->setCursorPosition(0);  // of a long text the beginning shows
    problem_.clear();
    complaint_->hide();
}

bool SchemeTextEdit::read() {
    try {
        check_(field_->text().toStdString());
        problem_.clear();
        complaint_->hide();
        return true;
    } catch (const ParseError& error) {
        complain(error.sentence(), error.position());
    } catch (const Error& error) {
        complain(error.sentence(), 0);
    }
    return false;
}

void SchemeTextEdit::complain(const Sentence& sentence, std::size_t position) {
    // Positions count bytes of UTF-8. At the end of the text the mark stands on an empty place. Of
    // several lines (rules that were pasted) only the wrong one is shown.
    const QByteArray bytes = field_->text().toUtf8();
    const auto split = std::min(static_cast<qsizetype>(position), bytes.size());
    const QString before = QString::fromUtf8(bytes.left(split)).section(u'\n', -1);
    const QString after = QString::fromUtf8(bytes.mid(split)).section(u'\n', 0, 0);
    const QString mark = after.isEmpty() ? QStringLiteral("␣") : after.left(1);
    problem_ = translated(sentence);
    complaint_->setText(
        QStringLiteral("<span style='font-family:monospace'>%1<b style='color:%2'><u>%3</u></b>%4"
                       "</span><br>%5")
            .arg(before.toHtmlEscaped(), themeColors().error.name(), mark.toHtmlEscaped(),
                 after.mid(1).toHtmlEscaped(), problem_.toHtmlEscaped()));
    complaint_->show();
}

void SchemeTextEdit::submit() {
    if (read()) {
        emit entered(field_->text());
    }
}

void SchemeTextEdit::changeEvent(QEvent* event) {
    const bool again =
        event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange;
    if (again && !problem_.isEmpty()) {
        read();
    }
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
