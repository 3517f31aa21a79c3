#include "app/docks/dock.h"

#include <QAbstractButton>
#include <QEvent>

namespace ql::gui {

Dock::Dock(const QString& name, QWidget* parent) : QDockWidget(parent) {
    setObjectName(name);
    setFeatures(DockWidgetClosable | DockWidgetMovable);
}

void Dock::setTitle(const QString& title) {
    setWindowTitle(title);
    // Qt makes the button's texts once, in the language of that moment.
    if (auto* close = findChild<QAbstractButton*>(QStringLiteral("qt_dockwidget_closebutton"))) {
        close->setToolTip(tr("Close"));
        close->setAccessibleName(tr("Close"));
        close->setAccessibleDescription(tr("Hides this panel; the View menu brings it back"));
    }
}

void Dock::setContent(QWidget* content) {
    content->setBackgroundRole(QPalette::Base);
    content->setAutoFillBackground(true);
    setWidget(content);
}

void Dock::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QDockWidget::changeEvent(event);
}

}  // namespace ql::gui
