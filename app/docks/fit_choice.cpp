#include "app/docks/fit_choice.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QVBoxLayout>

#include "app/controls.h"

namespace ql::gui {

FitChoice::FitChoice(QWidget* parent)
    : QWidget(parent),
      only_(new QLabel),
      search_(new QComboBox),
      importance_(new QCheckBox),
      clip_(new QCheckBox) {
    search_->setObjectName(QStringLiteral("search"));
    search_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    search_->addItems({QString(), QString()});
    ignoreWheelWithoutFocus(search_);
    importance_->setObjectName(QStringLiteral("importance"));
    clip_->setObjectName(QStringLiteral("clip"));
    setFocusProxy(search_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(only_);
    layout->addWidget(search_);
    layout->addWidget(importance_);
    layout->addWidget(clip_);
    connect(search_, &QComboBox::activated, this, &FitChoice::tell);
    connect(importance_, &QCheckBox::clicked, this, &FitChoice::tell);
    connect(clip_, &QCheckBox::clicked, this, [this](bool clip) {
        if (clip) {
            emit chosen({.clip = true});
        } else {
            tell();
        }
    });
}

void FitChoice::setFit(const Fit& fit, const QString& reference, bool search, bool importance,
                       bool clip) {
    only_->setText(reference);
    only_->setVisible(!search);
    search_->setItemText(0, reference);
    search_->setCurrentIndex(fit.search ? 1 : 0);
    search_->setVisible(search);
    importance_->setChecked(fit.importance);
    importance_->setVisible(importance);
    clip_->setChecked(fit.clip);
    clip_->setVisible(clip);
}

void FitChoice::tell() {
    emit chosen({.importance = importance_->isChecked(), .search = search_->currentIndex() == 1});
}

void FitChoice::retranslate() {
    //: a fit: the scale of a block with the least squared error
    search_->setItemText(1, tr("search (least error)"));
    search_->setAccessibleName(tr("Fit"));
    search_->setToolTip(
        tr("The reference is what the format's own tools do. The search tries many scales for "
           "each block and keeps the one with the least squared error."));
    importance_->setText(tr("weighted by importance"));
    importance_->setToolTip(
        tr("Errors in columns whose inputs are large count more. Needs an importance matrix "
           "(Model > Importance Matrix)."));
    clip_->setText(tr("clipped (AWQ)"));
    clip_->setToolTip(
        tr("Weights are kept within bounds that give the least error of the output. For rounding "
           "to nearest; needs a calibration text."));
}

}  // namespace ql::gui
