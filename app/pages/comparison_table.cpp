#include "app/pages/comparison_table.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QSaveFile>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/dialogs/predictions_dialog.h"
#include "app/pages/comparison_model.h"
#include "app/predictions.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/line_plot.h"
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
      runRow_(new QWidget(this)),
      run_(new QPushButton(this)),
      predictions_(new QCheckBox(this)),
      text_(new QPushButton(this)),
      hint_(new ElidedLabel(this)),
      showChart_(makeButton(this, QStringLiteral("chart"))),
      chart_(new LinePlot(this)),
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
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, &ComparisonTable::chooseColumns);
    view_->setSortingEnabled(true);
    sorted_->sort(-1);
    view_->installEventFilter(this);

    buildRunRow();
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

void ComparisonTable::buildRunRow() {
    setPrimary(run_);
    text_->setObjectName(QStringLiteral("text"));
    showChart_->setObjectName(QStringLiteral("chart"));
    showChart_->setCheckable(true);
    auto* row = new QHBoxLayout(runRow_);
    row->setContentsMargins(0, 4, 0, 0);
    row->setSpacing(8);
    row->addWidget(run_);
    row->addWidget(predictions_);
    row->addWidget(text_);
    row->addWidget(hint_, 1);
    row->addWidget(showChart_);
    connect(run_, &QPushButton::clicked, workspace_, &Workspace::runComparison);
    connect(predictions_, &QCheckBox::clicked, workspace_->predictions(), &Predictions::setWanted);
    connect(text_, &QPushButton::clicked, this, &ComparisonTable::choosePredictions);
    connect(showChart_, &QToolButton::toggled, this, &ComparisonTable::chartToggled);
    // The curves are watched while they grow; the numbers are in the table at the end.
    connect(workspace_->predictions(), &Predictions::runningChanged, this,
            [this] { showChart_->setChecked(workspace_->predictions()->running()); });
    chart_->setFileName(QStringLiteral("perplexity"));
}

bool ComparisonTable::worthShowing(int column) const {
    const bool predictions = model_->anyPredictions();
    switch (column) {
        case ComparisonModel::kWeighted:
            return model_->anyImportance() && !predictions;
        case ComparisonModel::kFallbacks:
            return model_->anyFallback();
        case ComparisonModel::kRmse:  // what happens to predictions says more than the weights do
        case ComparisonModel::kSqnr:
        case ComparisonModel::kMaxError:
        case ComparisonModel::kSeconds:
            return !predictions;
        case ComparisonModel::kCosine:  // nearly the SQNR again
            return !predictions && !(model_->anyFallback() && model_->anyImportance());
        default:
            return predictions || column < ComparisonModel::kOutput;
    }
}

void ComparisonTable::chooseColumns(const QPoint& position) {
    auto* menu = new QMenu(view_);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = ComparisonModel::kScheme + 1; column < ComparisonModel::kColumns; ++column) {
        QAction* action =
            menu->addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!view_->isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            chosen_[column] = shown;
            view_->setColumnHidden(column, !shown);
        });
    }
    menu->popup(view_->horizontalHeader()->mapToGlobal(position));
}

void ComparisonTable::refreshRunRow() {
    const Predictions& predictions = *workspace_->predictions();
    const bool running = workspace_->comparisonRunning();
    const bool canRun = workspace_->canRunComparison();
    const bool possible = predictions.possible();
    run_->setVisible(canRun);
    predictions_->setVisible(!running);
    predictions_->setEnabled(possible);
    predictions_->setChecked(predictions.wanted() && possible);
    text_->setVisible(!running);
    text_->setEnabled(possible && predictions.wanted());
    const bool hasChart = !predictions.measuredSchemes().empty();
    showChart_->setVisible(hasChart);
    if (!hasChart) {
        showChart_->setChecked(false);
    }
    hint_->setText(running    ? tr("The whole model is being measured…")
                   : canRun   ? tr("Sizes are known. Errors and times are measured by a run on "
                                     "the whole model.")
                   : possible ? model_->measuredOn()
                              : translated(predictions.problem()));
}

void ComparisonTable::refreshChart() {
    const Predictions& predictions = *workspace_->predictions();
    std::vector<LineSeries> series;
    for (std::size_t i = 0; i < predictions.measuredSchemes().size(); ++i) {
        const ComparedScheme* scheme = workspace_->scheme(predictions.measuredSchemes()[i]);
        if (i > 0 && !scheme) {
            continue;  // removed since
        }
        LineSeries line{scheme ? scheme->title() : tr("as stored"),
                        scheme ? scheme->color : kOriginalColor,
                        {},
                        {}};
        for (const RunningPerplexity& point : predictions.progress()) {
            line.x.push_back(static_cast<double>(point.tokens));
            line.y.push_back(point.perplexities[i].value);
        }
        series.push_back(std::move(line));
    }
    chart_->setSeries(std::move(series));
}

void ComparisonTable::choosePredictions() {
    auto* dialog = new PredictionsDialog(workspace_->predictions(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void ComparisonTable::refresh() {
    model_->update();
    for (int column = ComparisonModel::kScheme + 1; column < ComparisonModel::kColumns; ++column) {
        view_->setColumnHidden(column, !chosen_.value(column, worthShowing(column)));
    }
    selectFocus();
    fitHeight();
    setVisible(workspace_->model() != nullptr);
    refreshRunRow();
    refreshChart();
}

void ComparisonTable::retranslate() {
    //: runs the enabled schemes on the whole model
    run_->setText(tr("Run on the whole model"));
    run_->setToolTip(tr("Applies every enabled scheme to the whole model and measures it"));
    predictions_->setText(tr("Predictions"));
    predictions_->setToolTip(
        tr("Also run the model on a text: perplexity, divergence from the original, errors of the "
           "linears' outputs"));
    text_->setText(tr("Text…"));
    text_->setToolTip(tr("On which text predictions are measured, and how"));
    showChart_->setToolTip(tr("Show the perplexities as they were measured"));
    showChart_->setAccessibleName(tr("Chart of perplexities"));
    chart_->setAxisLabels(tr("tokens scored"), tr("perplexity"));
    chart_->setDescription(tr("Chart of perplexities"),
                           tr("Perplexity of each scheme over the tokens scored so far"));
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
    const bool wide = view_->horizontalScrollBar()->maximum() > 0;
    const int bar = wide ? view_->horizontalScrollBar()->sizeHint().height() : 0;
    view_->setMinimumHeight(header + bar + std::min(rows, kMinRows) * kRowHeight);
    view_->setMaximumHeight(header + bar + rows * kRowHeight);
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
