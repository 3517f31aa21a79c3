#include "widgets/help_button.h"

#include <QEvent>
#include <QFrame>
#include <QLabel>
#include <QScreen>
#include <QVBoxLayout>

#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

HelpButton::HelpButton(QWidget* parent) : QToolButton(parent) {
    setIcon(gui::icon(QStringLiteral("help"), IconTint::muted));
    setAutoRaise(true);
    setFocusPolicy(Qt::TabFocus);
    connect(this, &QToolButton::clicked, this, &HelpButton::open);
    retranslate();
}

void HelpButton::setHelp(const QString& title, const QString& richText) {
    title_ = title;
    text_ = richText;
    retranslate();
}

void HelpButton::retranslate() {
    setAccessibleName(title_.isEmpty() ? tr("Explain this") : tr("Explain: %1").arg(title_));
    setToolTip(tr("What is this?"));
}

void HelpButton::open() {
    constexpr int kWidth = 340;
    auto* popup = new QFrame(this, Qt::Popup);
    popup->setAttribute(Qt::WA_DeleteOnClose);
    popup->setFrameShape(QFrame::StyledPanel);
    popup->setBackgroundRole(QPalette::Base);
    popup->setAutoFillBackground(true);
    popup->setAccessibleName(title_);
    auto* layout = new QVBoxLayout(popup);
    layout->setContentsMargins(16, 12, 16, 12);
    if (!title_.isEmpty()) {
        auto* heading = new QLabel(title_, popup);
        heading->setFont(titleFont(font()));
        layout->addWidget(heading);
    }
    auto* body = new QLabel(text_, popup);
    body->setWordWrap(true);
    body->setFixedWidth(kWidth);
    body->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    body->setFocus();
    layout->addWidget(body);
    popup->adjustSize();
    QPoint place = mapToGlobal(QPoint(0, height() + 2));
    const QRect area = screen()->availableGeometry();
    place.setX(
        std::clamp(place.x(), area.left(), std::max(area.left(), area.right() - popup->width())));
    if (place.y() + popup->height() > area.bottom()) {
        place.setY(mapToGlobal(QPoint(0, 0)).y() - popup->height() - 2);
    }
    popup->move(place);
    popup->show();
}

void HelpButton::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) retranslate();
    QToolButton::changeEvent(event);
}

}  // namespace ql::gui
