#include "app/pages/comparison_table.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QPushButton>
#include <QSaveFile>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/pages/comparison_model.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kRowHeight = 28;
constexpr int kMinRows = 4;
constexpr int kMinColumn = 48;

/// A thin line under each row instead of a grid.
class RuledDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem plain = option;
        plain.state &= ~QStyle::State_HasFocus;  // the whole row is marked
        QStyledItemDelegate::paint(painter, plain, index);
        painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                          themeColors().line);
    }
};

QToolButton* makeButton(QWidget* parent, const QString& iconName) {
    auto* button = new QToolButton(parent);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

}  // namespace

ComparisonTable::ComparisonTable(Workspace* workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      model_(new ComparisonModel(workspace, this)),
      sorted_(new ComparisonSort(this)),
      view_(new QTableView(this)),
      run_(new QPushButton(this)),
      hint_(new ElidedLabel(this)),
      copy_(makeButton(this, QStringLiteral("copy"))),
      save_(makeButton(this, QStringLiteral("save"))) {
    sorted_->setSourceModel(model_);
    view_->setModel(sorted_);
    view_->setItemDelegate(new RuledDelegate(view_));
    view_->setSelectionBehavior(QAbstractItemView::SelectRows);
    view_->setSelectionMode(QAbstractItemView::SingleSelection);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setTabKeyNavigation(false);
    view_->setShowGrid(false);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setWordWrap(false);
    view_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view_->verticalHeader()->hide();
    view_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    view_->verticalHeader()->setMinimumSectionSize(kRowHeight);
    QHeaderView* header = view_->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(ComparisonModel::kScheme, QHeaderView::Stretch);
    header->setMinimumSectionSize(kMinColumn);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setHighlightSections(false);
    view_->setSortingEnabled(true);
    sorted_->sort(-1);
    view_->installEventFilter(this);

    setPrimary(run_);
    runRow_ = new QWidget(this);
    auto* running = new QHBoxLayout(runRow_);
    running->setContentsMargins(0, 4, 0, 0);
    running->addWidget(run_);
    running->addWidget(hint_, 1);
    auto* buttons = new QVBoxLayout;
    buttons->setSpacing(0);
    buttons->addWidget(copy_);
    buttons->addWidget(save_);
    buttons->addStretch(1);
    auto* across = new QHBoxLayout;
    across->setSpacing(4);
    across->addWidget(view_, 1);
    across->addLayout(buttons);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(across, 1);
    layout->addWidget(runRow_);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);

    connect(run_, &QPushButton::clicked, workspace_, &Workspace::runComparison);
    connect(copy_, &QToolButton::clicked, this, [this] {
        copy();
        emit message(tr("The table was copied."), false);
    });
    connect(save_, &QToolButton::clicked, this, &ComparisonTable::saveCsv);
    connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                const int id = current.data(ComparisonModel::kSchemeRole).toInt();
                if (id != Workspace::kNoScheme) {
                    workspace_->setFocus(id);
                }
            });
}

void ComparisonTable::refresh() {
    model_->update();
    // Room is scarce at 1366 pixels: what has nothing to say is hidden, and the cosine, which says
    // nearly the same as the SQNR, makes room for both.
    view_->setColumnHidden(ComparisonModel::kFallbacks, !model_->anyFallback());
    view_->setColumnHidden(ComparisonModel::kWeighted, !model_->anyImportance());
    view_->setColumnHidden(ComparisonModel::kCosine,
                           model_->anyFallback() && model_->anyImportance());
    selectFocus();
    fitHeight();
    const bool running = workspace_->comparisonRunning();
    const bool canRun = workspace_->canRunComparison();
    setVisible(workspace_->model() != nullptr);
    runRow_->setVisible(canRun || running);
    run_->setVisible(canRun);
    hint_->setText(running  ? tr("The whole model is being measured…")
                   : canRun ? tr("Sizes are known. Errors and times are measured by a run on the "
                                 "whole model.")
                            : QString());
}

void ComparisonTable::retranslate() {
    //: runs the enabled schemes on the whole model
    run_->setText(tr("Run on the whole model"));
    run_->setToolTip(tr("Applies every enabled scheme to the whole model and measures it"));
    copy_->setToolTip(tr("Copy the table (tab-separated)"));
    copy_->setAccessibleName(tr("Copy the table"));
    save_->setToolTip(tr("Save the table as CSV, with unrounded numbers"));
    save_->setAccessibleName(tr("Save the table"));
    view_->setAccessibleName(tr("Schemes on the whole model"));
}

void ComparisonTable::selectFocus() {
    const int row = model_->rowOf(workspace_->focus());
    const QModelIndex index = sorted_->mapFromSource(model_->index(row, 0));
    if (index != view_->currentIndex().siblingAtColumn(0)) {
        view_->setCurrentIndex(index);
    }
}

void ComparisonTable::fitHeight() {
    const int header = view_->horizontalHeader()->sizeHint().height();
    const int rows = std::max(1, model_->rowCount());
    view_->setMinimumHeight(header + std::min(rows, kMinRows) * kRowHeight);
    view_->setMaximumHeight(header + rows * kRowHeight);
}

void ComparisonTable::copy() const { QApplication::clipboard()->setText(tableAsTsv(*sorted_)); }

void ComparisonTable::saveCsv() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the table"), QDir::home().filePath(QStringLiteral("comparison.csv")),
        tr("Comma-separated values (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    const QByteArray bytes = comparisonAsCsv(*sorted_).toUtf8();
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit()) {
        emit message(tr("The table was saved to %1.").arg(QDir::toNativeSeparators(path)), false);
    } else {
        emit message(tr("The table could not be saved to %1: %2.")
                         .arg(QDir::toNativeSeparators(path), file.errorString()),
                     true);
    }
}

bool ComparisonTable::eventFilter(QObject* watched, QEvent* event) {
    if (watched == view_ && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        copy();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ComparisonTable::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) {
        view_->viewport()->update();  // colours of best values are the model's
    }
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
