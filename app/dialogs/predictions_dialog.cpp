#include "app/dialogs/predictions_dialog.h"

#include <QComboBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/file_opener.h"
#include "app/predictions.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kLeastContext = 16;
constexpr int kMostContext = 1 << 20;
constexpr int kMostWindows = 1 << 20;

}  // namespace

PredictionsDialog::PredictionsDialog(Predictions* predictions, QWidget* parent)
    : QDialog(parent),
      predictions_(predictions),
      textLabel_(new QLabel),
      builtIn_(new QRadioButton),
      ownFile_(new QRadioButton),
      file_(new QLineEdit),
      browse_(new QPushButton),
      protocolLabel_(new QLabel),
      protocol_(new QComboBox),
      contextLabel_(new QLabel),
      context_(new QSpinBox),
      windowsLabel_(new QLabel),
      windows_(new QSpinBox),
      note_(new QLabel),
      ok_(new QPushButton),
      cancel_(new QPushButton) {
    setAcceptDrops(true);
    context_->setRange(kLeastContext, kMostContext);
    windows_->setRange(0, kMostWindows);
    protocol_->addItems({QString(), QString()});
    for (QWidget* control : {static_cast<QWidget*>(protocol_), static_cast<QWidget*>(context_),
                             static_cast<QWidget*>(windows_)}) {
        ignoreWheelWithoutFocus(control);
    }
    buildLayout();
    retranslate();
    show(predictions->settings());
    connect(browse_, &QPushButton::clicked, this, &PredictionsDialog::browse);
    connect(file_, &QLineEdit::textChanged, this, &PredictionsDialog::updateNote);
    connect(ownFile_, &QRadioButton::toggled, this, &PredictionsDialog::updateNote);
    connect(protocol_, &QComboBox::currentIndexChanged, this, &PredictionsDialog::updateNote);
    connect(ok_, &QPushButton::clicked, this, &QDialog::accept);
    connect(cancel_, &QPushButton::clicked, this, &QDialog::reject);
    updateNote();
}

void PredictionsDialog::buildLayout() {
    protocolLabel_->setBuddy(protocol_);
    contextLabel_->setBuddy(context_);
    windowsLabel_->setBuddy(windows_);
    setMuted(note_);
    note_->setWordWrap(true);
    ok_->setDefault(true);
    setPrimary(ok_);
    auto* place = new QHBoxLayout;
    place->setSpacing(8);
    place->addWidget(ownFile_);
    place->addWidget(file_, 1);
    place->addWidget(browse_);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(textLabel_, builtIn_);
    form->addRow(QString(), place);
    form->addRow(protocolLabel_, protocol_);
    form->addRow(contextLabel_, context_);
    form->addRow(windowsLabel_, windows_);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(cancel_);
    buttons->addWidget(ok_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(16);
    layout->addLayout(form);
    layout->addWidget(note_, 1);
    layout->addLayout(buttons);
    resize(560, sizeHint().height());
}

void PredictionsDialog::show(const PredictionSettings& settings) {
    (settings.path.isEmpty() ? builtIn_ : ownFile_)->setChecked(true);
    file_->setText(settings.path);
    protocol_->setCurrentIndex(settings.protocol == Protocol::gptq ? 0 : 1);
    context_->setValue(settings.context);
    windows_->setValue(settings.windows);
}

void PredictionsDialog::accept() {
    PredictionSettings settings;
    settings.path = ownFile_->isChecked() ? file_->text() : QString();
    settings.protocol = protocol_->currentIndex() == 0 ? Protocol::gptq : Protocol::llama_cpp;
    settings.context = context_->value();
    settings.windows = windows_->value();
    predictions_->setSettings(settings);
    QDialog::accept();
}

void PredictionsDialog::browse() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Choose a Text"), QFileInfo(file_->text()).path(),
                                     tr("Texts (*.txt *.md *.raw);;All files (*)"));
    if (!path.isEmpty()) {
        setFile(path);
    }
}

void PredictionsDialog::setFile(const QString& path) {
    file_->setText(path);
    ownFile_->setChecked(true);
}

void PredictionsDialog::updateNote() {
    const bool own = ownFile_->isChecked();
    file_->setEnabled(own);
    const QFileInfo info(file_->text());
    const bool missing = own && !(info.isFile() && info.isReadable());
    ok_->setEnabled(!missing);
    QStringList lines;
    if (own) {
        lines << (missing ? tr("Choose a readable text file.")
                          : tr("The text should be one that the model was not trained on, such as "
                               "the test set of WikiText-2."));
    } else {
        lines << tr(
            "The demo model has never seen this novel. Large models have: for them, choose "
            "a text of your own.");
    }
    lines << (protocol_->currentIndex() == 0
                  ? tr("GPTQ paper: every token of a window but the first is scored.")
                  : tr("llama.cpp: the second half of each window is scored, as llama-perplexity "
                       "does."));
    lines << tr(
        "Perplexities of different texts, protocols or windows must not be compared: a "
        "change here drops what was measured before.");
    note_->setText(lines.join(QStringLiteral("\n\n")));
}

void PredictionsDialog::dragEnterEvent(QDragEnterEvent* event) {
    if (!FileOpener::draggedPath(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void PredictionsDialog::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    setFile(FileOpener::draggedPath(event->mimeData()));
}

void PredictionsDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        updateNote();
    }
    QDialog::changeEvent(event);
}

void PredictionsDialog::retranslate() {
    setWindowTitle(tr("Measure Predictions"));
    textLabel_->setText(tr("Text:"));
    builtIn_->setText(tr("Jane Austen, Persuasion, chapters 1 to 12 (comes with the program)"));
    ownFile_->setText(tr("A file:"));
    file_->setAccessibleName(tr("Text file"));
    file_->setToolTip(tr("A text in UTF-8; it can also be dropped here"));
    browse_->setText(tr("Browse…"));
    protocolLabel_->setText(tr("Protocol:"));
    protocol_->setItemText(0, tr("GPTQ paper"));
    protocol_->setItemText(1, QStringLiteral("llama.cpp"));
    protocol_->setToolTip(tr("Which tokens of a window are scored"));
    contextLabel_->setText(tr("Tokens in a window:"));
    context_->setToolTip(tr("Each window is run alone; at most as many as the model can take"));
    windowsLabel_->setText(tr("Windows:"));
    windows_->setSpecialValueText(tr("automatic"));
    windows_->setToolTip(
        tr("How many windows are taken from the text's beginning. Automatic: fewer for larger "
           "models, but always the same for a model"));
    ok_->setText(tr("OK"));
    cancel_->setText(tr("Cancel"));
}

}  // namespace ql::gui
