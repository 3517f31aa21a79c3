#include "app/dialogs/sizes_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include "app/dialogs/sizes_table.h"
#include "app/pages/comparison_model.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/theme.h"

namespace ql::gui {

SizesDialog::SizesDialog(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : QDialog(parent),
      workspace_(workspace),
      computing_(jobs),
      sizes_(new SizesTable(this)),
      sorted_(new QSortFilterProxyModel(this)),
      note_(new QLabel),
      view_(new QTableView),
      compare_(new QPushButton),
      copy_(new QPushButton),
      close_(new QPushButton) {
    sorted_->setSourceModel(sizes_);
    sorted_->setSortRole(SizesTable::kSortRole);
    view_->setModel(sorted_);
    buildLayout();
    retranslate();
    connect(compare_, &QPushButton::clicked, this, &SizesDialog::compareSelected);
    connect(copy_, &QPushButton::clicked, this, &SizesDialog::copy);
    connect(close_, &QPushButton::clicked, this, &QDialog::reject);
    connect(view_, &QTableView::doubleClicked, this, &SizesDialog::compareSelected);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &SizesDialog::updateButtons);
    connect(workspace_, &Workspace::schemesChanged, this, &SizesDialog::updateButtons);
    connect(workspace_, &Workspace::modelChanged, this, &QDialog::reject);
    updateButtons();
    compute();
}

void SizesDialog::buildLayout() {
    setMuted(note_);
    note_->setWordWrap(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setShowGrid(false);
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setTabKeyNavigation(false);
    view_->setWordWrap(false);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(24);
    view_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    view_->horizontalHeader()->setSectionResizeMode(SizesTable::kFormat, QHeaderView::Stretch);
    view_->horizontalHeader()->setHighlightSections(false);
    view_->setSortingEnabled(true);
    view_->sortByColumn(SizesTable::kSize, Qt::AscendingOrder);
    view_->installEventFilter(this);
    close_->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(compare_);
    buttons->addWidget(copy_);
    buttons->addStretch(1);
    buttons->addWidget(close_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(12);
    layout->addWidget(note_);
    layout->addWidget(view_, 1);
    layout->addLayout(buttons);
    resize(560, 640);
}

void SizesDialog::compute() {
    computing_.start(
        Lane::interactive, tr("Work out sizes"), this,
        [model = workspace_->model()](const Progress& progress) {
            return formatSizes(*model, progress);
        },
        [this](const auto& sizes) {
            sizes_->setSizes(*sizes);
            view_->selectRow(0);
        },
        [this](const Error& error) { note_->setText(translated(error)); });
}

QString SizesDialog::selectedText() const {
    return view_->currentIndex().data(SizesTable::kTextRole).toString();
}

void SizesDialog::compareSelected() {
    if (!selectedText().isEmpty()) {
        workspace_->addScheme(parse_plan(selectedText().toStdString()));
    }
}

void SizesDialog::updateButtons() {
    compare_->setEnabled(workspace_->canAddScheme() && !selectedText().isEmpty());
}

void SizesDialog::copy() const { QApplication::clipboard()->setText(tableAsTsv(*sorted_)); }

bool SizesDialog::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_ && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

void SizesDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    }
    QDialog::changeEvent(event);
}

void SizesDialog::retranslate() {
    setWindowTitle(tr("Sizes of This Model"));
    note_->setText(
        tr("Computed, not estimated: every tensor of this model with the type that it would get, "
           "scales and minima included."));
    compare_->setText(tr("Add to the Comparison"));
    copy_->setText(tr("Copy the Table"));
    close_->setText(tr("Close"));
    view_->setAccessibleName(tr("Sizes of this model"));
    sizes_->retranslate();
}

}  // namespace ql::gui
