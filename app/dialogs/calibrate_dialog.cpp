#include "app/dialogs/calibrate_dialog.h"

#include <QCheckBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/file_opener.h"
#include "app/settings.h"
#include "app/text.h"
#include "app/workspace.h"
#include "core/model/calibration/calibration_file.h"
#include "core/run/predictions.h"
#include "widgets/card.h"
#include "widgets/file_name.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

const QString kTexts = QStringLiteral("calibration text");
const QString kFiles = QStringLiteral("calibration");
constexpr int kPauseMs = 150;
constexpr int kMostSamples = 1 << 16;
constexpr int kLeastContext = 2;
constexpr int kMostContext = 1 << 20;

}  // namespace

/// What a request comes to.
struct CalibrateDialog::Estimate {
    QString path;
    std::int64_t textTokens = 0;
    std::int64_t windows = 0;
    std::int64_t moderate = 0;  ///< samples that are run within a minute or so
    CalibrationNeeds needs;
    Sentence note;  ///< of the text

    std::int64_t tokens(std::int64_t context) const { return windows * context; }
};

CalibrateDialog::CalibrateDialog(Workspace* workspace, Jobs* jobs, Settings* settings,
                                 QWidget* parent)
    : QDialog(parent),
      workspace_(workspace),
      jobs_(jobs),
      settings_(settings),
      planning_(jobs),
      textLabel_(new QLabel),
      builtIn_(new QRadioButton),
      ownFile_(new QRadioButton),
      file_(new QLineEdit),
      browse_(new QPushButton),
      samplesLabel_(new QLabel),
      samples_(new QSpinBox),
      contextLabel_(new QLabel),
      context_(new QSpinBox),
      importance_(new QCheckBox),
      grams_(new QCheckBox),
      note_(new QLabel),
      currentTitle_(new QLabel),
      current_(new QLabel),
      open_(new QPushButton),
      save_(new QPushButton),
      export_(new QPushButton),
      calibrate_(new QPushButton),
      close_(new QPushButton) {
    setAcceptDrops(true);
    const CalibrationOptions standard;
    samples_->setRange(1, kMostSamples);
    samples_->setValue(static_cast<int>(standard.samples));
    context_->setRange(kLeastContext, kMostContext);
    context_->setValue(static_cast<int>(standard.context));
    builtIn_->setChecked(true);
    importance_->setChecked(true);
    grams_->setObjectName(QStringLiteral("grams"));
    pause_.setSingleShot(true);
    pause_.setInterval(kPauseMs);
    for (QSpinBox* box : {samples_, context_}) {
        box->setMinimumWidth(96);
        ignoreWheelWithoutFocus(box);
    }
    buildLayout();
    retranslate();
    connect(browse_, &QPushButton::clicked, this, &CalibrateDialog::browse);
    connect(file_, &QLineEdit::textChanged, this, &CalibrateDialog::plan);
    connect(ownFile_, &QRadioButton::toggled, this, &CalibrateDialog::plan);
    connect(samples_, &QSpinBox::valueChanged, this, [this] {
        chosen_ = true;
        plan();
    });
    connect(context_, &QSpinBox::valueChanged, this, &CalibrateDialog::plan);
    connect(grams_, &QCheckBox::toggled, this, &CalibrateDialog::plan);
    connect(&pause_, &QTimer::timeout, this, &CalibrateDialog::startPlan);
    connect(calibrate_, &QPushButton::clicked, this, &QDialog::accept);
    connect(close_, &QPushButton::clicked, this, &QDialog::reject);
    connect(open_, &QPushButton::clicked, this, &CalibrateDialog::openFile);
    connect(save_, &QPushButton::clicked, this, &CalibrateDialog::save);
    connect(export_, &QPushButton::clicked, this, &CalibrateDialog::exportImportance);
    connect(workspace_, &Workspace::calibrationChanged, this, &CalibrateDialog::showCurrent);
    connect(workspace_, &Workspace::modelChanged, this, &QDialog::reject);
    showCurrent();
    startPlan();
}

void CalibrateDialog::buildLayout() {
    builtIn_->setObjectName(QStringLiteral("builtIn"));
    samples_->setObjectName(QStringLiteral("samples"));
    context_->setObjectName(QStringLiteral("context"));
    note_->setObjectName(QStringLiteral("note"));
    current_->setObjectName(QStringLiteral("current"));
    calibrate_->setObjectName(QStringLiteral("calibrate"));
    samplesLabel_->setBuddy(samples_);
    contextLabel_->setBuddy(context_);
    currentTitle_->setFont(titleFont(font()));
    for (QLabel* label : {note_, current_}) {
        setMuted(label);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    note_->setMinimumHeight(5 * fontMetrics().lineSpacing());
    note_->setAlignment(Qt::AlignTop);
    for (QPushButton* button : {browse_, open_, save_, export_, close_}) {
        button->setAutoDefault(false);
    }
    setPrimary(calibrate_);
    calibrate_->setDefault(true);
    auto* place = new QHBoxLayout;
    place->setSpacing(8);
    place->addWidget(ownFile_);
    place->addWidget(file_, 1);
    place->addWidget(browse_);
    const auto narrow = [](QSpinBox* box) {
        auto* row = new QHBoxLayout;
        row->addWidget(box);
        row->addStretch(1);
        return row;
    };
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(textLabel_, builtIn_);
    form->addRow(QString(), place);
    form->addRow(samplesLabel_, narrow(samples_));
    form->addRow(contextLabel_, narrow(context_));
    form->addRow(QString(), importance_);
    form->addRow(QString(), grams_);
    auto* files = new QHBoxLayout;
    files->setSpacing(8);
    files->addWidget(open_);
    files->addWidget(save_);
    files->addWidget(export_);
    files->addStretch(1);
    auto* there = new Card(this);
    auto* thereLayout = new QVBoxLayout(there);
    thereLayout->setContentsMargins(0, 0, 0, 0);
    thereLayout->setSpacing(8);
    thereLayout->addWidget(currentTitle_);
    thereLayout->addWidget(current_);
    thereLayout->addLayout(files);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(close_);
    buttons->addWidget(calibrate_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(note_, 1);
    layout->addWidget(there);
    layout->addLayout(buttons);
    builtIn_->setFocus();
    resize(600, sizeHint().height());
}

CalibrationRequest CalibrateDialog::request() const {
    CalibrationRequest request;
    request.path = ownFile_->isChecked() ? file_->text().trimmed() : QString();
    request.options.samples = static_cast<std::size_t>(samples_->value());
    request.options.context = context_->value();
    request.moderate = false;  // what is shown is what is run
    request.importance = importance_->isChecked();
    request.options.grams = grams_->isChecked();
    return request;
}

void CalibrateDialog::keepGrams() { grams_->setChecked(true); }

void CalibrateDialog::setText(const QString& path) {
    file_->setText(path);
    ownFile_->setChecked(true);
}

void CalibrateDialog::browse() {
    auto* dialog = new QFileDialog(this, tr("Choose a Text"), settings_->folder(kTexts),
                                   tr("Texts (*.txt *.md *.raw *.jsonl *.ndjson);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        settings_->setFolder(kTexts, QFileInfo(path).absolutePath());
        setText(path);
    });
    dialog->open();
}

/// Something was changed: what it comes to is worked out when the change is over.
void CalibrateDialog::plan() {
    calibrate_->setEnabled(false);
    planning_.cancel();
    pause_.start();
}

void CalibrateDialog::startPlan() {
    const CalibrationRequest wanted = request();
    if (ownFile_->isChecked() && wanted.path.isEmpty()) {
        note_->setText(tr("Choose a text file."));
        return;
    }
    note_->setText(tr("Reading the text…"));
    calibrate_->setEnabled(false);
    const bool known = estimate_ && estimate_->path == wanted.path;
    planning_.start(
        Lane::interactive, tr("Plan the calibration"), this,
        [wanted, model = workspace_->model(), known = known ? estimate_ : nullptr,
         ours = !chosen_](const Progress& progress) {
            const Decoder decoder(model);
            Estimate estimate;
            estimate.path = wanted.path;
            if (known) {
                estimate.textTokens = known->textTokens;
                estimate.note = known->note;
            } else {
                const CalibrationText text =
                    wanted.path.isEmpty()
                        ? CalibrationText::built_in()
                        : CalibrationText::read(wanted.path.toStdString(), progress);
                estimate.note = text.note();
                estimate.textTokens = CalibrationSamples::cut(text, *Tokenizer::of(*model), 1,
                                                              kLeastContext, progress)
                                          .text_tokens;
            }
            const std::int64_t context = wanted.options.context;
            estimate.moderate =
                std::min(static_cast<std::int64_t>(CalibrationOptions().samples),
                         static_cast<std::int64_t>(moderate_windows(decoder, context)));
            estimate.windows = std::min(
                estimate.textTokens / context,
                ours ? estimate.moderate : static_cast<std::int64_t>(wanted.options.samples));
            estimate.needs =
                calibration_needs(decoder, estimate.tokens(context), context, wanted.options.grams);
            return estimate;
        },
        [this](const std::shared_ptr<const Estimate>& estimate) { showEstimate(estimate); },
        [this](const Error& error) { refuse(translated(error)); });
}

void CalibrateDialog::showEstimate(const std::shared_ptr<const Estimate>& estimate) {
    estimate_ = estimate;
    const std::int64_t context = context_->value();
    if (estimate->windows == 0) {
        refuse(tr("The text has %1 tokens, fewer than one sample: choose a longer text or shorter "
                  "samples.")
                   .arg(formatExact(estimate->textTokens)));
        return;
    }
    if (!chosen_) {
        const QSignalBlocker ours(samples_);
        samples_->setValue(static_cast<int>(estimate->moderate));
    }
    QStringList lines;
    lines << tr("The text has %1 tokens; %2 of them are run: %3 × %4.")
                 .arg(formatExact(estimate->textTokens), formatExact(estimate->tokens(context)),
                      formatExact(estimate->windows), formatExact(context));
    if (estimate->windows < samples_->value()) {
        lines << tr("That is all that the text gives: nothing is repeated.");
    }
    if (!estimate->note.empty()) {
        lines << translated(estimate->note);
    }
    const CalibrationOptions options = request().options;
    const auto memory = static_cast<double>(estimate->needs.memory);
    if (estimate->needs.memory > options.memory_limit) {
        lines << tr("It would take about %1 of memory, more than the limit of %2: take fewer or "
                    "shorter samples.")
                     .arg(formatBytes(memory),
                          formatBytes(static_cast<double>(options.memory_limit)));
    } else {
        lines << tr("It takes about %1 of memory.").arg(formatBytes(memory));
        if (estimate->needs.grams > 0) {
            const std::uint64_t disk = estimate->needs.disk(options.memory_limit);
            lines << tr("The Gram matrices take %1 besides, %2 of it on the disk.")
                         .arg(formatBytes(static_cast<double>(estimate->needs.grams)),
                              formatBytes(static_cast<double>(disk)));
        }
    }
    note_->setText(lines.join(u'\n'));
    calibrate_->setEnabled(estimate->needs.memory <= options.memory_limit);
}

void CalibrateDialog::refuse(const QString& reason) {
    note_->setText(reason);
    calibrate_->setEnabled(false);
}

void CalibrateDialog::accept() {
    if (calibrate_->isEnabled()) {
        workspace_->calibrate(request());
        QDialog::accept();
    }
}

void CalibrateDialog::openFile() {
    auto* dialog = new QFileDialog(this, tr("Open a Calibration"), settings_->folder(kFiles),
                                   tr("Calibrations (*.qlcal);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        settings_->setFolder(kFiles, QFileInfo(path).absolutePath());
        workspace_->openCalibration(path);
    });
    dialog->open();
}

void CalibrateDialog::save() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the Calibration"),
        settings_->folder(kFiles) + u'/' + safeFileName(toQString(workspace_->model()->title())) +
            QStringLiteral(".qlcal"),
        tr("Calibrations (*.qlcal)"));
    write(path, [calibration = workspace_->calibration()](const std::string& file) {
        write_calibration(*calibration, file);
    });
}

void CalibrateDialog::exportImportance() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export an Importance Matrix"),
        settings_->folder(kFiles) + u'/' + safeFileName(toQString(workspace_->model()->title())) +
            QStringLiteral("-imatrix.gguf"),
        tr("Importance matrices (*.gguf *.dat)"));
    write(path, [calibration = workspace_->calibration(),
                 model = workspace_->model()](const std::string& file) {
        const bool dat = file.ends_with(".dat");
        write_imatrix(importance_matrix(*calibration, *model), file,
                      dat ? ImportanceFormat::dat : ImportanceFormat::gguf);
    });
}

void CalibrateDialog::write(const QString& path,
                            const std::function<void(const std::string& path)>& writer) {
    if (path.isEmpty()) {
        return;
    }
    settings_->setFolder(kFiles, QFileInfo(path).absolutePath());
    jobs_->start(
        Lane::interactive, tr("Save %1").arg(QFileInfo(path).fileName()), this,
        [path, writer](const Progress&) { writer(path.toStdString()); },
        [this, path] { current_->setText(tr("%1 was written.").arg(QFileInfo(path).fileName())); },
        [this](const Error& error) { current_->setText(translated(error)); });
}

void CalibrateDialog::showCurrent() {
    const auto calibration = workspace_->calibration();
    save_->setEnabled(calibration != nullptr);
    export_->setEnabled(calibration != nullptr);
    current_->setText(calibration ? tr("Made on %1: %2 × %3 tokens.")
                                        .arg(calibrationTextTitle(calibration->text),
                                             formatExact(static_cast<qint64>(calibration->windows)),
                                             formatExact(calibration->context))
                                  : tr("This model has none yet."));
}

void CalibrateDialog::dragEnterEvent(QDragEnterEvent* event) {
    if (!FileOpener::draggedPath(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void CalibrateDialog::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    const QString path = FileOpener::draggedPath(event->mimeData());
    isCalibrationFile(path) ? workspace_->openCalibration(path) : setText(path);
}

void CalibrateDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        showCurrent();
        if (estimate_) {
            showEstimate(estimate_);
        }
    }
    QDialog::changeEvent(event);
}

void CalibrateDialog::retranslate() {
    setWindowTitle(tr("Calibrate"));
    textLabel_->setText(tr("Text:"));
    builtIn_->setText(tr("English, Chinese and code (comes with the program)"));
    ownFile_->setText(tr("A file:"));
    file_->setAccessibleName(tr("Text file"));
    file_->setToolTip(
        tr("A text in UTF-8, or JSONL with a \"text\" in every line; it can also be "
           "dropped here"));
    browse_->setText(tr("Browse…"));
    samplesLabel_->setText(tr("Samples:"));
    samples_->setToolTip(
        tr("How many pieces of the text are run, spread evenly over it. More give "
           "steadier statistics and take longer"));
    contextLabel_->setText(tr("Tokens in a sample:"));
    context_->setToolTip(tr("Each sample is run alone; at most as many as the model can take"));
    importance_->setText(tr("Use as the importance matrix"));
    importance_->setToolTip(
        tr("Schemes with +imatrix then weight errors by these activations; the results of all "
           "schemes are computed anew"));
    grams_->setText(tr("Keep Gram matrices, for GPTQ on single tensors"));
    grams_->setToolTip(
        tr("What GPTQ needs of a linear's inputs, so that a change of a scheme shows on the tensor "
           "in view at once. Comparisons and exports make their own"));
    calibrate_->setText(tr("Calibrate"));
    close_->setText(tr("Close"));
    currentTitle_->setText(tr("Calibration of this model"));
    open_->setText(tr("Open…"));
    open_->setToolTip(tr("Open a calibration that was saved"));
    save_->setText(tr("Save…"));
    save_->setToolTip(tr("Save all statistics, to be opened again with this model"));
    export_->setText(tr("Export Importance Matrix…"));
    export_->setToolTip(tr("Write an imatrix file for llama.cpp"));
}

}  // namespace ql::gui
