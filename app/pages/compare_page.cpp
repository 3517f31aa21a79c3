#include "app/pages/compare_page.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedLayout>
#include <QTextDocument>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/pages/cell_reader.h"
#include "app/pages/compare_column.h"
#include "app/pages/comparison_table.h"
#include "app/pages/tensor_header.h"
#include "app/predictions.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/color_scale.h"
#include "widgets/heatmap_link.h"
#include "widgets/heatmap_view.h"
#include "widgets/help_button.h"
#include "widgets/histogram_plot.h"
#include "widgets/icons.h"
#include "widgets/line_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"

namespace ql::gui {

namespace {

struct MapEntry {
    MapKind kind;
    HeatmapMode mode;
};

constexpr std::array kEntries = {
    MapEntry{MapKind::error, HeatmapMode::magnitude},
    MapEntry{MapKind::error, HeatmapMode::extreme},
    MapEntry{MapKind::error, HeatmapMode::mean},
    MapEntry{MapKind::relative_error, HeatmapMode::magnitude},
    MapEntry{MapKind::relative_error, HeatmapMode::extreme},
    MapEntry{MapKind::decoded, HeatmapMode::extreme},
    MapEntry{MapKind::scale, HeatmapMode::magnitude},
};

constexpr int kColumnGap = 16;

}  // namespace

ComparePage::ComparePage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      table_(new ComparisonTable(workspace, this)),
      header_(new TensorHeader(this)),
      logCounts_(new QCheckBox(this)),
      map_(new Choice(this)),
      logColors_(new QCheckBox(this)),
      limits_(new Choice(this)),
      lock_(new QToolButton(this)),
      help_(new HelpButton(this)),
      stack_(new QStackedLayout),
      notice_(makeNotice(this)),
      scroll_(new QScrollArea(this)),
      scale_(new ColorScale),
      scalePane_(new QWidget(this)),
      hovered_(new ElidedLabel(this)),
      link_(new HeatmapLink(this)) {
    logCounts_->setChecked(true);
    lock_->setObjectName(QStringLiteral("lock"));
    lock_->setCheckable(true);
    lock_->setAutoRaise(true);
    lock_->setFocusPolicy(Qt::TabFocus);
    for (QWidget* control : {static_cast<QWidget*>(logCounts_), static_cast<QWidget*>(map_),
                             static_cast<QWidget*>(logColors_), static_cast<QWidget*>(limits_),
                             static_cast<QWidget*>(lock_), static_cast<QWidget*>(help_)}) {
        header_->addControl(control);
    }

    auto* columns = new QWidget;
    row_ = new QHBoxLayout(columns);
    row_->setContentsMargins(0, 0, 0, 0);
    columns->installEventFilter(this);
    row_->setSpacing(kColumnGap);
    scroll_->setWidget(columns);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setFocusPolicy(Qt::NoFocus);
    scale_->setParent(scalePane_);
    scalePane_->setFixedWidth(scale_->sizeHint().width());

    auto* filled = new QWidget(this);
    auto* across = new QHBoxLayout;
    across->setSpacing(8);
    across->addWidget(scroll_, 1);
    across->addWidget(scalePane_);
    auto* below = new QVBoxLayout(filled);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(4);
    below->addLayout(across, 1);
    below->addWidget(hovered_);
    stack_->addWidget(filled);
    stack_->addWidget(notice_);
    stack_->addWidget(table_->chart());

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, 8, kPageMargin, 8);
    layout->setSpacing(8);
    layout->addWidget(table_);
    layout->addWidget(header_);
    layout->addLayout(stack_, 1);

    connect(map_, &QComboBox::currentIndexChanged, this, &ComparePage::applyMap);
    connect(limits_, &QComboBox::currentIndexChanged, this, [this] {
        lock_->setChecked(false);
        applyMap();
    });
    connect(logColors_, &QCheckBox::toggled, this, &ComparePage::applyLimits);
    connect(logCounts_, &QCheckBox::toggled, this, [this](bool log) {
        for (CompareColumn* column : std::as_const(columns_)) {
            column->setLogCounts(log);
        }
    });
    connect(lock_, &QToolButton::toggled, this, &ComparePage::applyLimits);
    connect(scale_, &ColorScale::clicked, lock_, &QToolButton::toggle);
    connect(link_, &HeatmapLink::hovered, this, &ComparePage::hover);
    connect(link_, &HeatmapLink::left, this, [this] {
        cell_.reset();
        showHovered();
    });
    connect(table_, &ComparisonTable::message, this, &Page::message);
    connect(table_, &ComparisonTable::chartToggled, this, [this](bool shown) {
        chart_ = shown;
        invalidate();
    });

    const auto follow = [this] { invalidate(); };
    connect(workspace, &Workspace::modelChanged, this, &ComparePage::forget);
    connect(workspace, &Workspace::tensorChanged, this, [this] {
        cell_.reset();
        isVisible() ? invalidate() : forget();
    });
    connect(workspace, &Workspace::profileChanged, this, follow);
    connect(workspace, &Workspace::schemesChanged, this, follow);
    connect(workspace, &Workspace::focusChanged, this, follow);
    connect(workspace, &Workspace::tensorResultChanged, this, follow);
    connect(workspace, &Workspace::modelRunsChanged, this, follow);
    connect(workspace, &Workspace::comparisonChanged, this, follow);
    connect(workspace->predictions(), &Predictions::changed, this, follow);
    connect(workspace->predictions(), &Predictions::advanced, this, follow);
    connect(workspace, &Workspace::importanceChanged, this, follow);
}

QString ComparePage::title() const { return tr("Compare"); }

QString ComparePage::description() const {
    return tr("All enabled schemes side by side, on the whole model and on one tensor");
}

void ComparePage::refresh() {
    table_->refresh();
    QString notice = tensorNotice(*workspace());
    if (notice.isEmpty() && workspace()->enabledSchemes().isEmpty()) {
        notice = tr("Switch on a scheme in the list of schemes to see it here.");
    }
    header_->setTensor(workspace()->tensor());
    header_->setVisible(workspace()->tensor() && !chart_);
    notice_->setText(notice);
    stack_->setCurrentIndex(chart_ ? 2 : notice.isEmpty() ? 0 : 1);
    if (!notice.isEmpty() || chart_) {
        return;
    }
    syncColumns();
    for (CompareColumn* column : std::as_const(columns_)) {
        if (!column->shows(workspace()->rows())) {
            unlink(column);  // its next map must not move the views of the others
        }
    }
    // A column that is new takes the others' zoom, not the other way round.
    const CompareColumn* zoomed = nullptr;
    for (const CompareColumn* column : std::as_const(columns_)) {
        if (linked_.contains(column)) {
            zoomed = column;
            break;
        }
    }
    filling_ = true;
    for (qsizetype i = 0; i < columns_.size(); ++i) {
        const int id = schemeIds_[i];
        columns_[i]->setOutputError(outputError(id));
        columns_[i]->show(*workspace()->scheme(id), workspace()->tensorResult(id),
                          workspace()->rows(), workspace()->profile());
        showRemark(columns_[i], id);
        if (!columns_[i]->notice().isEmpty()) {
            unlink(columns_[i]);
        }
    }
    filling_ = false;
    if (zoomed) {
        zoomHistograms(zoomed, zoomed->histogram()->xLo(), zoomed->histogram()->xHi());
    }
    showBest();
    applyLimits();
    showHovered();
}

/// A hidden page keeps nothing of a tensor that is no longer looked at.
void ComparePage::forget() {
    for (CompareColumn* column : std::as_const(columns_)) {
        unlink(column);
        column->forget();
    }
    invalidate();
}

void ComparePage::zoomHistograms(const CompareColumn* source, double lo, double hi) {
    for (CompareColumn* column : std::as_const(columns_)) {
        if (column != source) {
            column->histogram()->setXRange(lo, hi);
        }
    }
}

void ComparePage::syncColumns() {
    QList<int> wanted;
    for (const ComparedScheme& scheme : workspace()->enabledSchemes()) {
        wanted.append(scheme.id);
    }
    if (wanted == schemeIds_) {
        return;
    }
    QHash<int, CompareColumn*> known;
    for (qsizetype i = 0; i < columns_.size(); ++i) {
        known.insert(schemeIds_[i], columns_[i]);
    }
    columns_.clear();
    schemeIds_ = wanted;
    for (const int id : wanted) {
        CompareColumn* column = known.take(id);
        columns_.append(column ? column : makeColumn());
    }
    for (CompareColumn* gone : std::as_const(known)) {
        unlink(gone);
        delete gone;
    }
    for (CompareColumn* column : std::as_const(columns_)) {
        row_->removeWidget(column);
        row_->addWidget(column, 1);
    }
    QWidget* before = help_;
    for (CompareColumn* column : std::as_const(columns_)) {
        for (QWidget* next :
             {static_cast<QWidget*>(column->histogram()), static_cast<QWidget*>(column->map()),
              static_cast<QWidget*>(column->table())}) {
            setTabOrder(before, next);
            before = next;
        }
    }
}

CompareColumn* ComparePage::makeColumn() {
    auto* column = new CompareColumn(jobs());
    const MapEntry& entry = kEntries[static_cast<std::size_t>(map_->currentIndex())];
    column->setMap(entry.kind);
    column->map()->setMode(entry.mode);
    column->setLogCounts(logCounts_->isChecked());
    connect(column->histogram(), &HistogramPlot::xRangeChanged, this,
            [this, column](double lo, double hi) {
                if (!filling_) {
                    zoomHistograms(column, lo, hi);
                }
            });
    connect(column->feed(), &MapFeed::changed, this, [this, column] { mapChanged(column); });
    connect(column->feed(), &MapFeed::failed, this, [this, column](const Error& error) {
        unlink(column);
        emit message(translated(error), error.code() != ErrorCode::cancelled);
    });
    connect(column->map(), &HeatmapView::currentCellChanged, this,
            [this, column](qint64 row, qint64 col) {
                if (column->map()->hasFocus()) {
                    emit cellChosen(row, col);
                }
            });
    connect(column->map(), &HeatmapView::saveFailed, this, &ComparePage::tellSaveFailed);
    connect(column->histogram(), &Plot::saveFailed, this, &ComparePage::tellSaveFailed);
    connect(column->reader(), &CellReader::arrived, this, &ComparePage::showHovered);
    connect(column, &CompareColumn::chosen, this,
            [this, column] { workspace()->setFocus(column->scheme().id); });
    column->map()->installEventFilter(this);
    return column;
}

void ComparePage::mapChanged(CompareColumn* column) {
    if (!linked_.contains(column)) {
        linked_.insert(column);
        link_->add(column->map());
    }
    const MapEntry& entry = kEntries[static_cast<std::size_t>(map_->currentIndex())];
    column->map()->setMode(entry.mode);
    colorLimits_[column] =
        colorLimit(*column->map()->pyramid(), entry.mode,
                   kLimitRules[static_cast<std::size_t>(limits_->currentIndex())]);
    applyLimits();
}

void ComparePage::unlink(CompareColumn* column) {
    if (linked_.remove(column)) {
        link_->remove(column->map());
    }
    colorLimits_.remove(column);
}

void ComparePage::applyMap() {
    const MapEntry& entry = kEntries[static_cast<std::size_t>(std::max(0, map_->currentIndex()))];
    for (CompareColumn* column : std::as_const(columns_)) {
        column->setMap(entry.kind);
        // Maps that must be made first take mode and limits when they are there.
        if (linked_.contains(column) && !column->feed()->busy()) {
            mapChanged(column);
        }
    }
    invalidate();
}

void ComparePage::applyLimits() {
    const bool locked = lock_->isChecked();
    lock_->setIcon(icon(locked ? QStringLiteral("lock") : QStringLiteral("unlock")));
    if (!locked && !colorLimits_.isEmpty()) {
        limit_ = *std::max_element(colorLimits_.cbegin(), colorLimits_.cend());
    }
    const MapEntry& entry = kEntries[static_cast<std::size_t>(std::max(0, map_->currentIndex()))];
    const ValueScale scale = colorScale(entry.mode, limit_, logColors_->isChecked());
    for (CompareColumn* column : std::as_const(columns_)) {
        column->map()->setScale(scale);
    }
    scale_->setScale(scale);
    scale_->setTexts(mapSymbol(entry.kind, entry.mode),
                     locked ? tr("(locked; click to free the limits)")
                            : tr("(%1; click to lock the limits)").arg(limits_->currentText()));
    scale_->setVisible(!colorLimits_.isEmpty());
    alignScale();
}

std::optional<double> ComparePage::outputError(int schemeId) const {
    const auto measured = workspace()->predictions()->of(schemeId);
    if (!measured || !measured->outputs) {
        return std::nullopt;
    }
    const auto tensor = static_cast<std::size_t>(workspace()->tensorIndex());
    const OutputError& error = measured->outputs->tensors[tensor];
    return error.output2 > 0 ? std::optional(error.relative()) : std::nullopt;
}

void ComparePage::showBest() {
    std::optional<ColumnMetrics> best;
    int measured = 0;
    for (const CompareColumn* column : std::as_const(columns_)) {
        if (const auto now = column->metrics()) {
            ++measured;
            best = best.value_or(*now);
            best->sqnr = std::max(best->sqnr, now->sqnr);
            best->rmse = std::min(best->rmse, now->rmse);
            best->maxError = std::min(best->maxError, now->maxError);
            best->bits = std::min(best->bits, now->bits);
            best->weighted = now->weighted && best->weighted
                                 ? std::min(*best->weighted, *now->weighted)
                                 : now->weighted;
            best->output =
                now->output && best->output ? std::min(*best->output, *now->output) : now->output;
        }
    }
    for (CompareColumn* column : std::as_const(columns_)) {
        const auto now = column->metrics();
        BestMetrics marks;
        if (now && measured > 1) {
            marks = {now->sqnr == best->sqnr,
                     now->rmse == best->rmse,
                     now->maxError == best->maxError,
                     now->bits == best->bits,
                     now->weighted && now->weighted == best->weighted,
                     now->output && now->output == best->output};
        }
        column->setBest(marks);
    }
}

/// What the numbers of a column do not say: another scheme stands in, or it is a trial only.
void ComparePage::showRemark(CompareColumn* column, int schemeId) const {
    const SchemeResult result = workspace()->tensorResult(schemeId);
    const PlanEntry* entry = workspace()->tensorEntry(schemeId);
    if (!result.fallback.empty()) {
        const QString text = translated(result.fallback);
        column->setRemark(text, Qt::convertFromPlainText(text, Qt::WhiteSpaceNormal));
    } else if (entry && !entry->scheme) {
        column->setRemark(
            tr("a trial: a model run keeps it as it is"),
            tr("On the whole model this scheme leaves this tensor in its stored type."));
    } else {
        column->setRemark({}, {});
    }
}

void ComparePage::hover(qint64 row, qint64 col) {
    cell_ = QPoint(static_cast<int>(col), static_cast<int>(row));
    showHovered();
}

void ComparePage::showHovered() {
    if (!cell_) {
        hovered_->setText(
            columns_.isEmpty()
                ? QString()
                : tr("One colour scale for all maps, and one view: wheel zooms, drag pans, double "
                     "click fits."));
        return;
    }
    QStringList parts;
    std::optional<float> original;
    for (CompareColumn* column : std::as_const(columns_)) {
        if (const auto cell = column->reader()->at(cell_->y(), cell_->x())) {
            original = cell->original;
            //: a scheme, the decoded weight, its error
            parts << tr("%1: %2 (error %3)")
                         .arg(column->scheme().title(),
                              formatNumber(static_cast<double>(cell->decoded)),
                              formatNumber(static_cast<double>(cell->error())));
        }
    }
    if (original) {
        parts.prepend(tr("w %1").arg(formatNumber(static_cast<double>(*original))));
    }
    parts.prepend(tr("row %1, column %2").arg(cell_->y()).arg(cell_->x()));
    hovered_->setText(parts.join(QStringLiteral(" · ")));
}

bool ComparePage::eventFilter(QObject* watched, QEvent* event) {
    if (watched == scroll_->widget()) {
        if (event->type() == QEvent::LayoutRequest) {
            // Metrics stay in sight: only sideways is scrolled.
            scroll_->setMinimumHeight(scroll_->widget()->minimumSizeHint().height() +
                                      scroll_->horizontalScrollBar()->sizeHint().height());
        }
    } else if (event->type() == QEvent::Resize || event->type() == QEvent::Move ||
               event->type() == QEvent::Show) {
        // Once the layout is done with all columns.
        QMetaObject::invokeMethod(this, &ComparePage::alignScale, Qt::QueuedConnection);
    }
    return Page::eventFilter(watched, event);
}

/// The colour bar stands beside the maps, as high as they are.
void ComparePage::alignScale() {
    for (const CompareColumn* column : std::as_const(columns_)) {
        const HeatmapView* view = column->map();
        if (view->isVisible()) {
            const int top = scalePane_->mapFrom(this, view->mapTo(this, QPoint(0, 0))).y();
            scale_->setGeometry(0, top, scalePane_->width(), view->height());
            return;
        }
    }
}

void ComparePage::retranslate() {
    QStringList maps;
    for (const MapEntry& entry : kEntries) {
        maps << tr("%1: %2", "a map and how it is drawn")
                    .arg(mapTitle(entry.kind), modeTitle(entry.mode));
    }
    map_->setTexts(maps);
    map_->describe(tr("Map"), tr("What the maps show of each weight"));
    QStringList limits;
    for (const LimitRule rule : kLimitRules) {
        limits << limitTitle(rule);
    }
    limits_->setTexts(limits);
    limits_->describe(tr("Limits of the colours"),
                      tr("Where the colour scale ends; the widest of all columns counts"));
    lock_->setToolTip(tr("Keep these limits when the schemes or the tensor change"));
    lock_->setAccessibleName(tr("Lock the limits"));
    logCounts_->setText(tr("log counts"));
    logCounts_->setToolTip(tr("Counts of the histograms on a logarithmic axis"));
    logColors_->setText(tr("log colours"));
    logColors_->setToolTip(tr("Colours follow the logarithm of the values"));
    hovered_->setAccessibleName(tr("Weight under the pointer"));
    help_->setHelp(
        tr("Comparing schemes"),
        tr("<p>Each column applies one scheme to this tensor. The histogram shows the decoded "
           "values over the original ones (grey). The map shows every weight of the matrix: rows "
           "are output channels, columns are input channels.</p>"
           "<p>All maps share one colour scale, so equal colours mean equal errors. When a pixel "
           "covers several weights it shows the largest of them: no outlier is lost.</p>"
           "<p>All numbers are measured on the decoded bytes. A smaller weight error does not "
           "always mean a better model.</p>"));
    table_->retranslate();
}

}  // namespace ql::gui
