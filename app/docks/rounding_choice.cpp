#include "app/docks/rounding_choice.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <cmath>

#include "app/controls.h"

namespace ql::gui {

namespace {

constexpr double kPercent = 100;

}  // namespace

RoundingChoice::RoundingChoice(QWidget* parent)
    : QWidget(parent),
      only_(new QLabel),
      method_(new QComboBox),
      options_(new QWidget),
      dampLabel_(new QLabel),
      damp_(new QDoubleSpinBox),
      orderLabel_(new QLabel),
      order_(new QComboBox),
      independent_(new QCheckBox),
      refit_(new QCheckBox),
      gptaq_(new QCheckBox) {
    method_->setObjectName(QStringLiteral("method"));
    order_->setObjectName(QStringLiteral("order"));
    damp_->setObjectName(QStringLiteral("damp"));
    independent_->setObjectName(QStringLiteral("independent"));
    refit_->setObjectName(QStringLiteral("refit"));
    gptaq_->setObjectName(QStringLiteral("gptaq"));
    method_->addItems({QString(), QStringLiteral("GPTQ")});
    order_->addItems({QString(), QString(), QString()});  // as Gptq::Order
    for (QComboBox* box : {method_, order_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        ignoreWheelWithoutFocus(box);
    }
    damp_->setRange(0, kPercent);
    damp_->setDecimals(2);
    damp_->setSingleStep(1);
    damp_->setSuffix(QStringLiteral(" %"));
    ignoreWheelWithoutFocus(damp_);
    setFocusProxy(method_);

    auto* grid = new QGridLayout(options_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    grid->addWidget(dampLabel_, 0, 0);
    grid->addWidget(damp_, 0, 1, Qt::AlignLeft);
    grid->addWidget(orderLabel_, 1, 0);
    grid->addWidget(order_, 1, 1);
    grid->addWidget(independent_, 2, 0, 1, 2);
    grid->addWidget(refit_, 3, 0, 1, 2);
    grid->addWidget(gptaq_, 4, 0, 1, 2);
    dampLabel_->setBuddy(damp_);
    orderLabel_->setBuddy(order_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(only_);
    layout->addWidget(method_);
    layout->addWidget(options_);

    connect(method_, &QComboBox::activated, this, &RoundingChoice::tell);
    connect(order_, &QComboBox::activated, this, &RoundingChoice::tell);
    connect(damp_, &QDoubleSpinBox::editingFinished, this, &RoundingChoice::tell);
    connect(independent_, &QCheckBox::clicked, this, &RoundingChoice::tell);
    connect(refit_, &QCheckBox::clicked, this, &RoundingChoice::tell);
    connect(gptaq_, &QCheckBox::clicked, this, &RoundingChoice::tell);
}

void RoundingChoice::setRounding(const std::optional<Gptq>& gptq, bool possible) {
    only_->setVisible(!possible);
    method_->setVisible(possible);
    method_->setCurrentIndex(gptq ? 1 : 0);
    options_->setVisible(gptq.has_value());
    const Gptq shown = gptq.value_or(Gptq{});
    damp_->setValue(shown.damp * kPercent);
    order_->setCurrentIndex(static_cast<int>(shown.order));
    independent_->setChecked(shown.independent);
    refit_->setChecked(shown.refit);
    gptaq_->setChecked(shown.gptaq);
    const auto goesWith = [&shown](bool Gptq::*option) {
        Gptq with = shown;
        with.*option = true;
        return !refusal(with);
    };
    independent_->setEnabled(goesWith(&Gptq::independent));
    refit_->setEnabled(goesWith(&Gptq::refit));
    gptaq_->setEnabled(goesWith(&Gptq::gptaq));
}

void RoundingChoice::tell() {
    if (method_->currentIndex() == 0) {
        emit chosen(std::nullopt);
        return;
    }
    // As many decimals as are shown: they stand in the scheme's text.
    const double damp = std::round(damp_->value() * kPercent) / (kPercent * kPercent);
    emit chosen(Gptq{.damp = damp,
                     .order = static_cast<Gptq::Order>(order_->currentIndex()),
                     .independent = independent_->isChecked(),
                     .refit = refit_->isChecked(),
                     .gptaq = gptaq_->isChecked()});
}

void RoundingChoice::retranslate() {
    only_->setText(tr("nearest"));
    method_->setItemText(0, tr("nearest"));
    method_->setAccessibleName(tr("Rounding"));
    method_->setToolTip(
        tr("To nearest, every weight for itself; or GPTQ: column by column, and what a column's "
           "rounding does to the output is made up for by the columns after it. GPTQ needs a "
           "calibration text."));
    dampLabel_->setText(tr("Damping"));
    damp_->setAccessibleName(tr("Damping"));
    damp_->setToolTip(
        tr("Added to the diagonal of the inputs' Gram matrix, as a share of its mean: more trusts "
           "the calibration text less. Raised by itself where the matrix cannot be factorised."));
    orderLabel_->setText(tr("Order"));
    order_->setAccessibleName(tr("Order of columns"));
    order_->setToolTip(
        tr("Columns with strong inputs first leaves more columns to make up for them. Every order "
           "gives a file that any runtime reads."));
    order_->setItemText(0, tr("left to right"));
    order_->setItemText(1, tr("strong first, scales from before"));
    order_->setItemText(2, tr("strong groups first"));
    independent_->setText(tr("each block on its own"));
    independent_->setToolTip(
        tr("Inputs come from the original model, not from the blocks before that are quantized "
           "already."));
    refit_->setText(tr("fit scales once more"));
    refit_->setToolTip(
        tr("After rounding, scales are chosen anew for the codes that were found, by least "
           "squared error of the output."));
    gptaq_->setText(QStringLiteral("GPTAQ"));
    gptaq_->setToolTip(
        tr("Columns also make up for what quantized blocks before have changed about their inputs, "
           "so that outputs come nearer to those of the original model; it goes with neither of "
           "the two above."));
}

}  // namespace ql::gui
