#include "app/pages/page.h"

#include <QDir>
#include <QEvent>

namespace ql::gui {

Page::Page(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : QWidget(parent), workspace_(workspace), jobs_(jobs) {}

void Page::invalidate() {
    dirty_ = true;
    if (isVisible() && !scheduled_) {
        scheduled_ = true;
        QMetaObject::invokeMethod(this, &Page::refreshNow, Qt::QueuedConnection);
    }
}

void Page::refreshNow() {
    scheduled_ = false;
    if (!dirty_ || !isVisible()) {
        return;
    }
    dirty_ = false;
    if (!translated_) {
        translated_ = true;
        retranslate();
    }
    refresh();
}

void Page::tellSaveFailed(const QString& path, const QString& problem) {
    //: %1 is a file, %2 what went wrong
    emit message(tr("%1 could not be saved: %2").arg(QDir::toNativeSeparators(path), problem),
                 true);
}

void Page::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refreshNow();
}

void Page::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        translated_ = true;
        retranslate();
        invalidate();
    }
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
