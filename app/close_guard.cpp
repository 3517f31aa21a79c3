#include "app/close_guard.h"

#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "app/jobs.h"

namespace ql::gui {

CloseGuard::CloseGuard(QWidget* window, Jobs* jobs)
    : QObject(window), window_(window), jobs_(jobs) {
    connect(jobs_, &Jobs::becameIdle, this, [this] {
        if (closing_) {
            window_->close();
        }
    });
    connect(jobs_, &Jobs::changed, this, [this] {
        if (closing_) {
            jobs_->cancelAll();  // what the end of one job has started
        }
    });
}

bool CloseGuard::mayClose() {
    if (jobs_->idle()) {
        return true;
    }
    const QList<JobInfo> running = jobs_->jobs();
    const bool heavy = std::any_of(running.begin(), running.end(), [](const JobInfo& job) {
        return job.lane == Lane::heavy && !job.cancelling;
    });
    if (heavy && !closing_) {
        ask();
    } else {
        stopAndClose();
    }
    return false;
}

void CloseGuard::ask() {
    const QString name = QStringLiteral("closeQuestion");
    if (window_->findChild<QMessageBox*>(name)) {
        return;
    }
    auto* question = new QMessageBox(QMessageBox::Question, tr("Quit Quantloupe"),
                                     tr("Something is still running. Stop it and quit?"),
                                     QMessageBox::NoButton, window_);
    question->setObjectName(name);
    question->setAttribute(Qt::WA_DeleteOnClose);
    const auto* quit = question->addButton(tr("Stop and Quit"), QMessageBox::AcceptRole);
    question->addButton(tr("Keep Running"), QMessageBox::RejectRole);
    connect(quit, &QAbstractButton::clicked, this, &CloseGuard::stopAndClose);
    question->open();
}

void CloseGuard::stopAndClose() {
    closing_ = true;
    if (jobs_->idle()) {
        window_->close();
    } else {
        window_->setEnabled(false);  // there is no way back
        jobs_->cancelAll();
    }
}

}  // namespace ql::gui
