#include "app/dialogs/export_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/dialogs/export_table.h"
#include "app/settings.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/card.h"
#include "widgets/file_name.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

const QString kPurpose = QStringLiteral("export");
constexpr int kKeepStored = -1;
constexpr double kCalibrationShare = 0.9;  // of the time, where the plan needs it

QString formatTitle(ExportFormat format) {
    switch (format) {
        case ExportFormat::gguf:
            return ExportDialog::tr("GGUF file");
        case ExportFormat::gptq:
            return ExportDialog::tr("GPTQ folder");
        case ExportFormat::awq:
            return ExportDialog::tr("AWQ folder");
        case ExportFormat::compressed_tensors:
            return ExportDialog::tr("compressed-tensors folder");
        case ExportFormat::dequantized:
            break;
    }
    return ExportDialog::tr("Dequantized folder (floats)");
}

}  // namespace

ExportDialog::ExportDialog(Workspace* workspace, Jobs* jobs, Settings* settings, QWidget* parent)
    : QDialog(parent),
      workspace_(workspace),
      jobs_(jobs),
      settings_(settings),
      model_(workspace->model()),
      planning_(jobs),
      tensors_(new ExportTable(this)),
      schemeLabel_(new QLabel),
      scheme_(new QComboBox),
      formatLabel_(new QLabel),
      format_(new QComboBox),
      restLabel_(new QLabel),
      rest_(new QComboBox),
      destinationLabel_(new QLabel),
      destination_(new QLineEdit),
      browse_(new QPushButton),
      summary_(new QLabel),
      table_(new QTableView),
      message_(new Callout),
      progress_(new QProgressBar),
      commandRow_(new QWidget),
      command_(new QLineEdit),
      copyCommand_(new QToolButton),
      showInFolder_(new QPushButton),
      export_(new QPushButton),
      close_(new QPushButton) {
    scheme_->setObjectName(QStringLiteral("scheme"));
    format_->setObjectName(QStringLiteral("format"));
    rest_->setObjectName(QStringLiteral("rest"));
    export_->setObjectName(QStringLiteral("export"));
    command_->setObjectName(QStringLiteral("command"));
    ignoreWheelWithoutFocus(scheme_);
    ignoreWheelWithoutFocus(format_);
    ignoreWheelWithoutFocus(rest_);
    buildLayout();
    retranslate();
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        if (scheme.id == workspace_->focus()) {
            scheme_->setCurrentIndex(scheme_->findData(scheme.id));
        }
    }
    suggestDestination();

    connect(scheme_, &QComboBox::activated, this, [this] {
        suggestDestination();
        plan();
    });
    connect(format_, &QComboBox::activated, this, [this] {
        suggestDestination();
        choosePlan();
    });
    connect(rest_, &QComboBox::activated, this, &ExportDialog::plan);
    connect(browse_, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(destination_, &QLineEdit::textChanged, this, [this] {
        // Another file: how the last writing ended is no longer what stands here.
        const bool ended =
            state_ == State::done || state_ == State::failed || state_ == State::stopped;
        setState(ended ? State::ready : state_);
    });
    connect(export_, &QPushButton::clicked, this, &ExportDialog::confirmAndWrite);
    connect(close_, &QPushButton::clicked, this, &ExportDialog::reject);
    connect(copyCommand_, &QToolButton::clicked, this, &ExportDialog::copyCommand);
    connect(showInFolder_, &QPushButton::clicked, this, [this] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(destination()).path()));
    });
    connect(jobs_, &Jobs::changed, this, &ExportDialog::showProgress);
    plan();
}

void ExportDialog::buildLayout() {
    schemeLabel_->setBuddy(scheme_);
    formatLabel_->setBuddy(format_);
    restLabel_->setBuddy(rest_);
    destinationLabel_->setBuddy(destination_);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(schemeLabel_, scheme_);
    form->addRow(formatLabel_, format_);
    form->addRow(restLabel_, rest_);
    auto* place = new QHBoxLayout;
    place->setSpacing(8);
    place->addWidget(destination_, 1);
    place->addWidget(browse_);
    form->addRow(destinationLabel_, place);

    summary_->setWordWrap(true);
    table_->setModel(tensors_);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(24);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->horizontalHeader()->resizeSection(ExportTable::kName, 300);
    progress_->setTextVisible(false);

    command_->setReadOnly(true);
    command_->setFont(monospaceFont(font()));
    copyCommand_->setIcon(icon(QStringLiteral("copy")));
    auto* commandLayout = new QHBoxLayout(commandRow_);
    commandLayout->setContentsMargins(0, 0, 0, 0);
    commandLayout->setSpacing(8);
    commandLayout->addWidget(command_, 1);
    commandLayout->addWidget(copyCommand_);
    commandLayout->addWidget(showInFolder_);

    setPrimary(export_);
    export_->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(progress_, 1);
    buttons->addStretch(0);
    buttons->addWidget(close_);
    buttons->addWidget(export_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(summary_);
    layout->addWidget(table_, 1);
    layout->addWidget(message_);
    layout->addWidget(commandRow_);
    layout->addLayout(buttons);
    resize(720, 560);
}

void ExportDialog::fillChoices() {
    const QVariant scheme = scheme_->currentData();
    scheme_->clear();
    for (const ComparedScheme& compared : workspace_->schemes()) {
        scheme_->addItem(compared.title(), compared.id);
    }
    scheme_->addItem(tr("keep every tensor's stored type"), Workspace::kNoScheme);
    scheme_->setCurrentIndex(std::max(0, scheme_->findData(scheme)));

    const QVariant format = format_->currentData();
    format_->clear();
    for (const ExportFormat each : all_export_formats()) {
        format_->addItem(formatTitle(each), static_cast<int>(each));
    }
    format_->setCurrentIndex(std::max(0, format_->findData(format)));

    const QVariant rest = rest_->currentData();
    rest_->clear();
    rest_->addItem(tr("as stored"), kKeepStored);
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16, DType::q8_0}) {
        rest_->addItem(toQString(name(dtype)), static_cast<int>(dtype));
    }
    rest_->setCurrentIndex(std::max(0, rest_->findData(rest)));
}

ExportFormat ExportDialog::format() const {
    return static_cast<ExportFormat>(format_->currentData().toInt());
}

QString ExportDialog::destination() const { return destination_->text().trimmed(); }

void ExportDialog::setDestination(const QString& path) { destination_->setText(path); }

void ExportDialog::suggestDestination() {
    const ComparedScheme* scheme = workspace_->scheme(scheme_->currentData().toInt());
    const bool bare =
        scheme && std::holds_alternative<Scheme>(scheme->plan.base) && scheme->plan.rules.empty();
    const QString what = !scheme ? QStringLiteral("stored")
                         : bare  ? scheme->text()
                                 : scheme->title();  // rules make a long text
    QString name = toQString(model_->title()) + u'-' + what;
    if (is_folder(format())) {
        name += u'-' + toQString(ql::name(format()));
    }
    const QString folder =
        destination().isEmpty() ? settings_->folder(kPurpose) : QFileInfo(destination()).path();
    setDestination(QDir(folder).filePath(
        safeFileName(name) + (is_folder(format()) ? QString() : QStringLiteral(".gguf"))));
}

void ExportDialog::plan() {
    const ComparedScheme* scheme = workspace_->scheme(scheme_->currentData().toInt());
    wanted_ = scheme ? scheme->plan : Plan{};
    calibrated_ = scheme ? workspace_->calibrated(scheme->id) : CalibratedPlan();
    options_ = {};
    options_.importance = workspace_->importance();
    if (rest_->currentData().toInt() != kKeepStored) {
        options_.rest = static_cast<DType>(rest_->currentData().toInt());
    }
    planned_.reset();
    plan_.reset();
    setState(State::planning);
    planning_.start(
        Lane::interactive, tr("Plan the export"), this,
        [model = model_, wanted = wanted_, options = options_](const Progress& progress) {
            std::vector<Planned> planned;
            for (const ExportFormat format : all_export_formats()) {
                progress.check();
                ExportOptions in_format = options;
                in_format.format = format;
                try {
                    planned.push_back(
                        {format,
                         std::make_shared<const ExportPlan>(plan_export(*model, wanted, in_format)),
                         {}});
                } catch (const Error& error) {
                    planned.push_back({format, nullptr, error});
                }
            }
            return planned;
        },
        [this](const std::shared_ptr<const std::vector<Planned>>& planned) {
            planned_ = planned;
            takePlans();
        },
        [this](const Error& error) {
            plan_.reset();
            setState(State::refused, translated(error));
        });
}

/// Offers the formats that can hold the scheme, and takes the first if the chosen one is not.
void ExportDialog::takePlans() {
    offerFormats();
    const auto possible = [this](int row) {
        return planned_->at(static_cast<std::size_t>(row)).plan != nullptr;
    };
    if (!possible(format_->currentIndex())) {
        for (int row = 0; row < format_->count(); ++row) {
            if (possible(row)) {
                format_->setCurrentIndex(row);
                suggestDestination();
                break;
            }
        }
    }
    choosePlan();
}

void ExportDialog::offerFormats() {
    auto* items = qobject_cast<QStandardItemModel*>(format_->model());
    for (int row = 0; planned_ != nullptr && row < format_->count(); ++row) {
        const Planned& planned = planned_->at(static_cast<std::size_t>(row));
        QStandardItem* item = items->item(row);
        item->setEnabled(planned.plan != nullptr);
        item->setToolTip(planned.refusal
                             ? Qt::convertFromPlainText(translated(planned.refusal->sentence()),
                                                        Qt::WhiteSpaceNormal)
                             : QString());
    }
}

void ExportDialog::choosePlan() {
    if (planned_ == nullptr) {
        return;
    }
    const Planned& planned = planned_->at(static_cast<std::size_t>(format_->currentIndex()));
    plan_ = planned.plan;
    if (plan_) {
        setState(State::ready);
        showMessage();
    } else {
        setState(State::refused, translated(*planned.refusal));
    }
}

void ExportDialog::browse() {
    if (is_folder(format())) {
        const QString parent = QFileDialog::getExistingDirectory(
            this, tr("Where to make the folder"), QFileInfo(destination()).path());
        if (!parent.isEmpty()) {
            setDestination(QDir(parent).filePath(QFileInfo(destination()).fileName()));
        }
        return;
    }
    const QString path = QFileDialog::getSaveFileName(this, tr("Export as GGUF"), destination(),
                                                      tr("GGUF models (*.gguf)"));
    if (!path.isEmpty()) {
        confirmed_ = path;  // the file dialog has asked
        setDestination(path);
    }
}

void ExportDialog::confirmAndWrite() {
    if (!QFileInfo::exists(destination()) || confirmed_ == destination()) {
        startWriting();
        return;
    }
    auto* question =
        new QMessageBox(QMessageBox::Question, tr("Replace"),
                        tr("%1 exists. Replace it?").arg(QFileInfo(destination()).fileName()),
                        QMessageBox::Yes | QMessageBox::No, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setTextFormat(Qt::PlainText);
    connect(question, &QDialog::accepted, this, &ExportDialog::startWriting);
    question->open();
}

void ExportDialog::startWriting() {
    const QString path = destination();
    settings_->setFolder(kPurpose, QFileInfo(path).path());
    writing_ = jobs_->start(
        Lane::heavy, tr("Export %1").arg(QFileInfo(path).fileName()), this,
        [model = model_, planned = plan_, plan = wanted_, calibrated = calibrated_,
         text = workspace_->calibrationText(), path](const Progress& progress) {
            prepare_target(*model, *planned, path.toStdString());
            CalibratedPlan made = calibrated;
            double begin = 0;
            if (plan.uses_calibration() && !made.exists()) {
                begin = kCalibrationShare;
                made = calibratePlans(model, {plan}, planned->options.importance, text,
                                      progress.part(0, begin))
                           .front();
            }
            return write_export(*model, *planned, made, path.toStdString(),
                                progress.part(begin, 1));
        },
        [this](const std::shared_ptr<const ExportResult>& result) {
            writing_ = kNoJob;
            confirmed_.clear();
            setState(State::done, tr("Written and verified: %1 in %2.")
                                      .arg(formatBytes(static_cast<double>(result->bytes)),
                                           formatDuration(result->seconds)));
        },
        [this](const Error& error) {
            writing_ = kNoJob;
            if (error.code() == ErrorCode::cancelled) {
                setState(State::stopped, tr("Stopped. Nothing was written."));
            } else {
                setState(State::failed, translated(error));
            }
        });
    setState(State::writing);
}

void ExportDialog::showProgress() {
    if (writing_ == kNoJob) {
        return;
    }
    const QList<JobInfo> all = jobs_->jobs();
    for (const JobInfo& job : all) {
        if (job.id == writing_) {
            progress_->setRange(0, job.fraction < 0 ? 0 : 1000);
            progress_->setValue(static_cast<int>(job.fraction * 1000));
        }
    }
}

void ExportDialog::setState(State state, const QString& message) {
    const bool changed = state != state_;
    state_ = state;
    const bool writing = state == State::writing;
    for (QWidget* input :
         std::initializer_list<QWidget*>{scheme_, format_, rest_, destination_, browse_}) {
        input->setEnabled(!writing);
    }
    const bool possible = plan_ && state != State::planning && state != State::refused;
    export_->setEnabled(possible && !writing && !destination().isEmpty());
    close_->setText(writing ? tr("Stop") : tr("Close"));
    progress_->setVisible(writing);
    commandRow_->setVisible(state == State::done);
    if (state == State::done) {
        command_->setText(QString::fromStdString(run_command(*plan_, destination().toStdString())));
        command_->setCursorPosition(0);
    }
    if (changed || !message.isEmpty()) {
        message_->setText(message.toHtmlEscaped());
        message_->setVisible(!message.isEmpty());
    }
    if (changed && possible && state == State::ready) {
        showMessage();
    }
    showPlan();
}

void ExportDialog::showMessage() {
    QStringList notes;
    for (const Sentence& note : plan_->notes) {
        notes.append(translated(note).toHtmlEscaped());
    }
    message_->setText(notes.join(QStringLiteral("<br>")));
    message_->setVisible(!notes.isEmpty());
}

void ExportDialog::showPlan() {
    tensors_->setPlan(state_ == State::refused ? nullptr : plan_);
    table_->setEnabled(state_ != State::planning);
    if (plan_ && state_ != State::refused) {
        const QString size = formatBytes(static_cast<double>(plan_->bytes));
        const int tensors = static_cast<int>(plan_->tensors.size());
        const QString what =
            is_folder(plan_->format)
                ? tr("The folder will have %1 of weights and %n tensor(s).", nullptr, tensors)
                : tr("The file will have %1 and %n tensor(s).", nullptr, tensors);
        summary_->setText(what.arg(size) + u' ' + translated(loaders_of(*plan_)));
    } else {
        summary_->setText(state_ == State::refused ? tr("This cannot be exported.")
                                                   : tr("Working out what will be written…"));
    }
}

void ExportDialog::copyCommand() const { QApplication::clipboard()->setText(command_->text()); }

void ExportDialog::reject() {
    if (state_ == State::writing) {
        jobs_->cancel(writing_);
        return;
    }
    QDialog::reject();
}

void ExportDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QDialog::changeEvent(event);
}

void ExportDialog::retranslate() {
    setWindowTitle(tr("Export"));
    schemeLabel_->setText(tr("Scheme"));
    scheme_->setToolTip(tr("The scheme, recipe or plan that says which tensor gets which type."));
    formatLabel_->setText(tr("Format"));
    format_->setToolTip(
        tr("What is written, and for which programs. Formats that cannot hold the scheme are "
           "greyed, with the reason."));
    restLabel_->setText(tr("All other tensors"));
    rest_->setToolTip(
        tr("Type of the embeddings and of what the scheme does not cover, and of dequantized "
           "weights. In GGUF, norms and biases are always F32."));
    destinationLabel_->setText(tr("Destination"));
    browse_->setText(tr("Browse…"));
    export_->setText(tr("Export"));
    command_->setAccessibleName(tr("Command that runs what was written"));
    command_->setToolTip(tr("Command that runs what was written"));
    copyCommand_->setToolTip(tr("Copy the command"));
    copyCommand_->setAccessibleName(tr("Copy the command"));
    showInFolder_->setText(tr("Show in Folder"));
    table_->setAccessibleName(tr("Tensors of the file"));
    progress_->setAccessibleName(tr("Progress of the export"));
    fillChoices();
    offerFormats();
    tensors_->retranslate();
    setState(state_);
}

}  // namespace ql::gui
