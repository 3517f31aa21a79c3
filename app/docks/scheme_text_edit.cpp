#include "app/docks/scheme_text_edit.h"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>
#include <algorithm>

#include "app/text.h"
#include "core/base/parse_error.h"
#include "widgets/theme.h"

namespace ql::gui {

SchemeTextEdit::SchemeTextEdit(QWidget* parent)
    : QWidget(parent), field_(new QLineEdit), complaint_(new QLabel) {
    field_->setFont(monospaceFont(font()));
    field_->setMaxLength(200);
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
    problem_.clear();
    complaint_->hide();
}

std::optional<Scheme> SchemeTextEdit::read() {
    try {
        const Scheme scheme = parse_scheme(field_->text().toStdString());
        if (const auto reason = scheme.validate()) {
            complain(*reason, 0);
            return std::nullopt;
        }
        problem_.clear();
        complaint_->hide();
        return scheme;
    } catch (const ParseError& error) {
        complain(error.sentence(), error.position());
    } catch (const Error& error) {
        complain(error.sentence(), 0);
    }
    return std::nullopt;
}

void SchemeTextEdit::complain(const Sentence& sentence, std::size_t position) {
    // Positions count bytes of UTF-8. At the end of the text the mark stands on an empty place.
    const QByteArray bytes = field_->text().toUtf8();
    const auto split = std::min(static_cast<qsizetype>(position), bytes.size());
    const QString before = QString::fromUtf8(bytes.left(split));
    const QString after = QString::fromUtf8(bytes.mid(split));
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
    if (const auto scheme = read()) {
        emit schemeEntered(*scheme);
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
