#include "widgets/job_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QToolBar>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {
namespace {

constexpr int kProgressSteps = 1000;
constexpr int kProgressWidth = 260;

}  // namespace

JobStrip::JobStrip(QWidget* parent)
    : QWidget(parent),
      jobs_(new QToolButton(this)),
      title_(new QLabel(this)),
      step_(new QLabel(this)),
      bar_(new QProgressBar(this)),
      left_(new QLabel(this)),
      cancel_(new QPushButton(this)),
      log_(new QToolButton(this)),
      machine_(new QLabel(this)) {
    title_->setFont(titleFont(font()));
    for (QLabel* quiet : {step_, machine_}) setMuted(quiet);
    // Names come from files.
    for (QLabel* label : {title_, step_}) label->setTextFormat(Qt::PlainText);
    for (QToolButton* button : {jobs_, log_}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
    }
    log_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar_->setRange(0, kProgressSteps);
    bar_->setTextVisible(false);
    bar_->setMinimumWidth(80);
    bar_->setMaximumWidth(kProgressWidth);
    step_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 12, 4);
    layout->setSpacing(12);
    layout->addWidget(jobs_);
    layout->addWidget(title_);
    layout->addWidget(step_);
    layout->addWidget(bar_, 1);
    layout->addWidget(left_);
    layout->addWidget(cancel_);
    layout->addStretch(1);
    layout->addWidget(log_);
    layout->addWidget(machine_);

    connect(jobs_, &QToolButton::clicked, this, &JobStrip::jobsRequested);
    connect(log_, &QToolButton::clicked, this, &JobStrip::logRequested);
    connect(cancel_, &QPushButton::clicked, this, &JobStrip::cancelRequested);
    refresh();
}

void JobStrip::setJob(const JobStatus& status) {
    status_ = status;
    idle_ = false;
    refresh();
}

void JobStrip::setIdle(const QString& lastJob) {
    status_ = {};
    lastJob_ = lastJob;
    idle_ = true;
    refresh();
}

void JobStrip::setWarnings(int count) {
    warnings_ = count;
    refresh();
}

void JobStrip::setMachine(const QString& text) {
    machineText_ = text;
    refresh();
}

void JobStrip::refresh() {
    jobs_->setText(status_.queued > 0 ? tr("Jobs (%1 waiting)").arg(status_.queued) : tr("Jobs"));
    jobs_->setToolTip(tr("Show running, waiting and finished jobs"));

    title_->setText(status_.title);
    title_->setVisible(!idle_);
    step_->setText(idle_ ? lastJob_ : status_.cancelling ? tr("stopping…") : status_.step);
    const bool known = status_.fraction >= 0 && std::isfinite(status_.fraction);
    bar_->setRange(0, known ? kProgressSteps : 0);
    if (known) {
        bar_->setValue(static_cast<int>(std::clamp(status_.fraction, 0.0, 1.0) * kProgressSteps));
    }
    bar_->setVisible(!idle_);
    bar_->setAccessibleName(tr("Progress of %1").arg(status_.title));
    const QString elapsed = formatDuration(status_.elapsedSeconds);
    left_->setText(status_.secondsLeft >= 0 ? formatTimeLeft(status_.secondsLeft) : elapsed);
    left_->setToolTip(tr("Running for %1").arg(elapsed));
    left_->setVisible(!idle_);
    cancel_->setText(tr("Cancel"));
    cancel_->setToolTip(tr("Stop this job"));
    cancel_->setVisible(!idle_);
    cancel_->setEnabled(!status_.cancelling);

    log_->setText(warnings_ > 0 ? tr("Log (%n warning(s))", nullptr, warnings_) : tr("Log"));
    log_->setIcon(warnings_ > 0 ? icon(QStringLiteral("warning"), IconTint::warning)
                                : icon(QStringLiteral("log"), IconTint::muted));
    log_->setToolTip(tr("Show what was done, with warnings and errors"));
    machine_->setText(machineText_);

    setAccessibleName(tr("Jobs"));
    setAccessibleDescription(
        idle_ ? lastJob_
              : QStringLiteral("%1, %2, %3").arg(status_.title, step_->text(), left_->text()));
}

void JobStrip::paintEvent(QPaintEvent*) {
    if (qobject_cast<QToolBar*>(parentWidget())) return;  // which draws the same
    QPainter painter(this);
    painter.fillRect(rect(), themeColors().bar);
    painter.fillRect(QRect(0, 0, width(), 1), themeColors().line);
}

void JobStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) refresh();
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
