#include "app/controls.h"

#include <QEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QTextDocument>
#include <QToolTip>

#include "widgets/theme.h"

namespace ql::gui {

namespace {

class WheelGuard : public QObject {
  public:
    using QObject::QObject;

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
            event->ignore();
            return true;
        }
        return false;
    }
};

}  // namespace

QString menuText(QString text) { return text.replace(u'&', QStringLiteral("&&")); }

void ignoreWheelWithoutFocus(QWidget* control) {
    control->setFocusPolicy(Qt::StrongFocus);  // not by the wheel
    control->installEventFilter(new WheelGuard(control));
}

QHBoxLayout* makeCardHead(QLabel* title, std::initializer_list<QWidget*> controls) {
    title->setFont(titleFont(title->font()));
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(title);
    head->addStretch(1);
    for (QWidget* control : controls) {
        head->addWidget(control);
    }
    return head;
}

Choice::Choice(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    ignoreWheelWithoutFocus(this);
}

void Choice::setTexts(const QStringList& texts) {
    if (count() == 0) {
        addItems(texts);
    }
    for (int i = 0; i < count(); ++i) {
        setItemText(i, texts.value(i));
    }
}

void Choice::describe(const QString& name, const QString& toolTip) {
    setAccessibleName(name);
    setToolTip(toolTip);
}

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setMuted(this);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ElidedLabel::minimumSizeHint() const { return {24, fontMetrics().height()}; }

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(text()) + 2, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     fontMetrics().elidedText(text(), Qt::ElideRight, width()));
}

bool ElidedLabel::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty() &&
        fontMetrics().horizontalAdvance(text()) > width()) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                           Qt::convertFromPlainText(text(), Qt::WhiteSpaceNormal), this);
        return true;
    }
    return QLabel::event(event);
}

}  // namespace ql::gui
