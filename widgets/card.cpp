#include "widgets/card.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace ql::gui {

Card::Card(QWidget* parent) : QFrame(parent) {
    setFrameShape(QFrame::NoFrame);
    setBackgroundRole(QPalette::Base);  // children take it over: plots and labels blend in
    setContentsMargins(16, 12, 16, 12);
}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColors().panel);
    painter.drawRoundedRect(rect(), 4, 4);
}

Callout::Callout(QWidget* parent) : QFrame(parent), label_(new QLabel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 8, 10, 8);
    layout->addWidget(label_);
    label_->setWordWrap(true);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
}

void Callout::setText(const QString& richText) {
    label_->setText(richText);
    setVisible(!richText.isEmpty());
}

QString Callout::text() const { return label_->text(); }

void Callout::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const ThemeColors& colors = themeColors();
    painter.fillRect(rect(), colors.window);
    painter.fillRect(QRect(0, 0, 3, height()), colors.accent);
}

}  // namespace ql::gui
