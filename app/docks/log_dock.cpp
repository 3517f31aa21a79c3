#include "app/docks/log_dock.h"

#include <QEvent>
#include <QPlainTextEdit>
#include <QTime>

#include "widgets/theme.h"

namespace ql::gui {

namespace {
constexpr int kMaxLines = 2000;
}

LogDock::LogDock(QWidget* parent)
    : Dock(QStringLiteral("logDock"), parent), text_(new QPlainTextEdit) {
    text_->setReadOnly(true);
    text_->setAcceptDrops(false);
    text_->setTabChangesFocus(true);
    text_->setFrameShape(QFrame::NoFrame);
    text_->setFont(monospaceFont(font()));
    text_->setMaximumBlockCount(kMaxLines);
    setContent(text_);
    retranslate();
}

void LogDock::add(Severity severity, const QString& text, const QString& details) {
    const QString time = QTime::currentTime().toString(QStringLiteral("HH:mm:ss"));
    const QString mark = severity == Severity::error     ? tr("error")
                         : severity == Severity::warning ? tr("warning")
                                                         : tr("info");
    text_->appendPlainText(QStringLiteral("%1  %2  %3").arg(time, mark, text));
    if (!details.isEmpty()) {
        text_->appendPlainText(QStringLiteral("          ") + details);
    }
    if (severity != Severity::info && !isVisible()) {
        setUnseen(unseen_ + 1);
    }
}

void LogDock::setUnseen(int count) {
    if (count != unseen_) {
        unseen_ = count;
        emit unseenChanged(count);
    }
}

void LogDock::showEvent(QShowEvent* event) {
    Dock::showEvent(event);
    setUnseen(0);
}

void LogDock::retranslate() {
    setTitle(tr("Log"));
    text_->setAccessibleName(tr("Log"));
}

}  // namespace ql::gui
