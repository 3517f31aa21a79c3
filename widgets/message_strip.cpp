#include "widgets/message_strip.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kDetailsHeight = 96;

QString iconName(Severity severity) {
    switch (severity) {
        case Severity::info:
            return QStringLiteral("info");
        case Severity::warning:
            return QStringLiteral("warning");
        case Severity::error:
            return QStringLiteral("error");
    }
    return {};
}

IconTint iconTint(Severity severity) {
    switch (severity) {
        case Severity::info:
            return IconTint::accent;
        case Severity::warning:
            return IconTint::warning;
        case Severity::error:
            return IconTint::error;
    }
    return IconTint::text;
}

QToolButton* textButton(QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}  // namespace

MessageStrip::MessageStrip(QWidget* parent)
    : QWidget(parent),
      icon_(new QLabel(this)),
      label_(new QLabel(this)),
      detailsButton_(textButton(this)),
      copyButton_(textButton(this)),
      closeButton_(textButton(this)),
      detailsEdit_(new QPlainTextEdit(this)) {
    label_->setWordWrap(true);
    label_->setTextFormat(Qt::PlainText);  // names come from files
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    label_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    detailsButton_->setCheckable(true);
    copyButton_->setIcon(icon(QStringLiteral("copy")));
    closeButton_->setIcon(icon(QStringLiteral("close")));
    detailsEdit_->setReadOnly(true);
    detailsEdit_->setTabChangesFocus(true);
    detailsEdit_->setMaximumHeight(kDetailsHeight);
    detailsEdit_->setFont(monospaceFont(font()));
    detailsEdit_->hide();

    auto* line = new QHBoxLayout;
    line->addWidget(icon_);
    line->addWidget(label_, 1);
    line->addWidget(detailsButton_);
    line->addWidget(copyButton_);
    line->addWidget(closeButton_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 4, 8, 4);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(detailsEdit_);

    connect(detailsButton_, &QToolButton::toggled, detailsEdit_, &QWidget::setVisible);
    connect(copyButton_, &QToolButton::clicked, this, &MessageStrip::copy);
    connect(closeButton_, &QToolButton::clicked, this, &MessageStrip::dismiss);
    retranslate();
    hide();
}

void MessageStrip::showMessage(Severity severity, const QString& text, const QString& details) {
    const Message message{severity, text, details};
    if (isShowing() && severity < severity_) {
        waiting_.append(message);
    } else {
        present(message);
    }
}

void MessageStrip::present(const Message& message) {
    severity_ = message.severity;
    text_ = message.text;
    detailText_ = message.details;
    showIcon();
    label_->setText(text_);
    detailsEdit_->setPlainText(detailText_);
    detailsButton_->setVisible(!detailText_.isEmpty());
    detailsButton_->setChecked(false);
    retranslate();
    show();
    update();
}

void MessageStrip::showIcon() {
    const QIcon picture = icon(iconName(severity_), iconTint(severity_));
    icon_->setPixmap(picture.pixmap(QSize(16, 16), devicePixelRatioF()));
}

void MessageStrip::dismiss() {
    if (!isShowing()) return;
    if (!waiting_.isEmpty()) {
        present(waiting_.takeFirst());
    } else {
        text_.clear();
        detailText_.clear();
        hide();
    }
    emit dismissed();
}

void MessageStrip::copy() const {
    QApplication::clipboard()->setText(detailText_.isEmpty() ? text_ : text_ + u'\n' + detailText_);
}

QColor MessageStrip::color() const {
    const ThemeColors& colors = themeColors();
    switch (severity_) {
        case Severity::info:
            return colors.accent;
        case Severity::warning:
            return colors.warning;
        case Severity::error:
            return colors.error;
    }
    return colors.accent;
}

void MessageStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ThemeColors& colors = themeColors();
    painter.fillRect(rect(), colors.bar);
    painter.fillRect(QRect(0, 0, 3, height()), color());
    painter.fillRect(QRect(0, height() - 1, width(), 1), colors.line);
}

void MessageStrip::retranslate() {
    const QString kind = severity_ == Severity::info      ? tr("Note")
                         : severity_ == Severity::warning ? tr("Warning")
                                                          : tr("Error");
    setAccessibleName(kind);
    setAccessibleDescription(text_);
    icon_->setAccessibleName(kind);
    icon_->setToolTip(kind);
    detailsButton_->setText(tr("Details"));
    detailsButton_->setToolTip(tr("Show the technical details"));
    copyButton_->setToolTip(tr("Copy the message with its details"));
    copyButton_->setAccessibleName(tr("Copy message"));
    closeButton_->setToolTip(tr("Dismiss this message"));
    closeButton_->setAccessibleName(tr("Dismiss"));
    detailsEdit_->setAccessibleName(tr("Details"));
}

void MessageStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) retranslate();
    if (event->type() == QEvent::PaletteChange && isShowing()) showIcon();
    QWidget::changeEvent(event);
}

void MessageStrip::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return dismiss();
    QWidget::keyPressEvent(event);
}

}  // namespace ql::gui
