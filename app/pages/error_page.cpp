#include "app/pages/error_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/pages/block_panel.h"
#include "app/pages/cell_reader.h"
#include "app/pages/focus_choice.h"
#include "app/pages/map_feed.h"
#include "app/pages/tensor_header.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/card.h"
#include "widgets/color_scale.h"
#include "widgets/heatmap_view.h"
#include "widgets/help_button.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

constexpr int kNearCells = 48;  // seen around a cell that is jumped to
// How the height is shared out when the block inspector opens first.
constexpr int kMapShare = 400;
constexpr int kBlockShare = 600;

template <class Values>
int indexIn(const Values& values, typename Values::value_type value) {
    return static_cast<int>(std::find(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

ErrorPage::ErrorPage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      header_(new TensorHeader(this)),
      schemes_(new FocusChoice(workspace, this)),
      kinds_(new Choice(this)),
      modes_(new Choice(this)),
      log_(new QCheckBox(this)),
      limits_(new Choice(this)),
      lock_(new QToolButton(this)),
      fit_(new QToolButton(this)),
      inspect_(new QToolButton(this)),
      help_(new HelpButton(this)),
      findingBox_(new Callout(this)),
      stack_(new QStackedLayout),
      notice_(makeNotice(this)),
      view_(new HeatmapView(this)),
      blocks_(new BlockPanel(jobs, this)),
      computing_(new QLabel(view_)),
      scale_(new ColorScale(this)),
      cellLine_(new ElidedLabel(this)),
      blockLine_(new ElidedLabel(this)),
      feed_(new MapFeed(view_, jobs, this)),
      reader_(new CellReader(jobs, this)),
      finding_(jobs) {
    std::transform(kMapKinds.begin(), kMapKinds.end(), modeOf_.begin(), defaultMode);
    lock_->setCheckable(true);
    inspect_->setCheckable(true);
    inspect_->setIcon(icon(QStringLiteral("block")));
    blocks_->hide();
    for (QToolButton* button : {lock_, fit_, inspect_}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
    }
    lock_->setIcon(icon(QStringLiteral("unlock")));
    fit_->setIcon(icon(QStringLiteral("fit")));
    view_->setAxesVisible(true);
    view_->setFileName(QStringLiteral("error-map"));
    view_->setCellText([this](qint64 row, qint64 col) { return cellText(row, col); });
    computing_->setAutoFillBackground(true);
    computing_->setMargin(8);
    computing_->move(48, 8);
    computing_->hide();

    auto* controls = new QHBoxLayout;
    controls->setSpacing(8);
    for (QWidget* control : {static_cast<QWidget*>(schemes_), static_cast<QWidget*>(kinds_),
                             static_cast<QWidget*>(modes_), static_cast<QWidget*>(log_),
                             static_cast<QWidget*>(limits_), static_cast<QWidget*>(lock_)}) {
        controls->addWidget(control);
    }
    controls->addStretch(1);
    controls->addWidget(inspect_);
    controls->addWidget(fit_);
    controls->addWidget(help_);

    auto* across = new QHBoxLayout;
    across->setSpacing(8);
    across->addWidget(view_, 1);
    auto* beside = new QVBoxLayout;  // the bar ends where the matrix ends
    beside->addWidget(scale_, 1);
    beside->addSpacing(view_->height() - view_->matrixRect().bottom() - 1);
    across->addLayout(beside);
    auto* mapped = new QWidget(this);
    auto* content = new QVBoxLayout(mapped);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(4);
    content->addWidget(findingBox_);
    content->addSpacing(4);
    content->addLayout(across, 1);
    content->addWidget(cellLine_);
    content->addWidget(blockLine_);
    content->addSpacing(4);
    auto* filled = new QSplitter(Qt::Vertical, this);
    filled->addWidget(mapped);
    filled->addWidget(blocks_);
    filled->setChildrenCollapsible(false);
    filled->setSizes({kMapShare, kBlockShare});
    stack_->addWidget(filled);
    stack_->addWidget(notice_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, 8, kPageMargin, 8);
    layout->setSpacing(8);
    layout->addWidget(header_);
    layout->addLayout(controls);
    layout->addLayout(stack_, 1);

    connect(kinds_, &QComboBox::currentIndexChanged, this, &ErrorPage::kindChosen);
    connect(modes_, &QComboBox::currentIndexChanged, this, [this](int index) {
        modeOf_[static_cast<std::size_t>(kinds_->currentIndex())] =
            kHeatmapModes[static_cast<std::size_t>(index)];
        mapChanged();
    });
    connect(limits_, &QComboBox::currentIndexChanged, this, [this] {
        lock_->setChecked(false);
        mapChanged();
    });
    connect(log_, &QCheckBox::toggled, this, &ErrorPage::applyScale);
    connect(lock_, &QToolButton::toggled, this, &ErrorPage::mapChanged);
    connect(scale_, &ColorScale::clicked, lock_, &QToolButton::toggle);
    connect(fit_, &QToolButton::clicked, view_, &HeatmapView::fit);
    connect(feed_, &MapFeed::changed, this, &ErrorPage::mapChanged);
    connect(feed_, &MapFeed::failed, this,
            [this](const Error& error) { showNotice(translated(error)); });
    connect(reader_, &CellReader::arrived, this, [this] {
        showCell();
        if (!hovered_) {  // else it would ask for another row than the pointer does, and so on
            view_->describeCurrent();
        }
    });
    connect(view_, &HeatmapView::saveFailed, this, &ErrorPage::tellSaveFailed);
    connect(view_, &HeatmapView::hovered, this, [this](qint64 row, qint64 col) {
        hovered_ = QPoint(static_cast<int>(col), static_cast<int>(row));
        showCell();
    });
    connect(view_, &HeatmapView::left, this, [this] {
        hovered_.reset();
        showCell();
    });
    connect(view_, &HeatmapView::currentCellChanged, this, [this](qint64 row, qint64 col) {
        hovered_.reset();  // the keyboard has moved on
        showCell();
        blocks_->showCell(row, col);
        emit cellChosen(row, col);
    });
    connect(view_, &HeatmapView::cellActivated, this, [this] {
        if (view_->showsCells()) {
            inspectBlock(true);
        }
    });
    connect(inspect_, &QToolButton::clicked, this, &ErrorPage::inspectBlock);
    connect(blocks_, &BlockPanel::closed, this, [this] { inspectBlock(false); });
    connect(blocks_, &BlockPanel::cellChosen, this, [this](qint64 row, qint64 col) {
        view_->setCurrentCell(QPoint(static_cast<int>(col), static_cast<int>(row)));
    });

    const auto follow = [this] { invalidate(); };
    connect(workspace, &Workspace::modelChanged, this, &ErrorPage::forget);
    connect(workspace, &Workspace::tensorChanged, this, [this] {
        hovered_.reset();
        isVisible() ? invalidate() : forget();
    });
    connect(workspace, &Workspace::profileChanged, this, follow);
    connect(workspace, &Workspace::schemesChanged, this, follow);
    connect(workspace, &Workspace::focusChanged, this, follow);
    connect(workspace, &Workspace::tensorResultChanged, this, [this, workspace](int id) {
        if (id == workspace->focus()) {
            invalidate();
        }
    });
}

QString ErrorPage::title() const { return tr("Error"); }

QString ErrorPage::description() const {
    return tr("The whole matrix as a map of errors, weights or scales, down to single weights");
}

MapKind ErrorPage::kind() const {
    return kMapKinds[static_cast<std::size_t>(std::max(0, kinds_->currentIndex()))];
}

HeatmapMode ErrorPage::mode() const {
    return modeOf_[static_cast<std::size_t>(std::max(0, kinds_->currentIndex()))];
}

void ErrorPage::refresh() {
    header_->setTensor(workspace()->tensor());
    header_->setVisible(workspace()->tensor() != nullptr);
    schemes_->refresh();
    showMap();
}

/// Why there is no result of the scheme in focus; empty when there is one.
QString ErrorPage::resultNotice() const {
    const ComparedScheme* scheme = workspace()->scheme(workspace()->focus());
    if (!scheme) {
        return tr("Add a scheme to see what it does to these weights.");
    }
    const SchemeResult result = workspace()->tensorResult(scheme->id);
    switch (result.state) {
        case SchemeResult::State::ready:
            return {};
        case SchemeResult::State::refused:
            return tr("%1 cannot be applied to this tensor. %2")
                .arg(scheme->title(), translated(result.problem));
        case SchemeResult::State::failed:
            return tr("%1 could not be computed. %2")
                .arg(scheme->title(), translated(result.problem));
        case SchemeResult::State::none:
            return tr("%1 is switched off. Switch it on in the list of schemes to see its error.")
                .arg(scheme->title());
        case SchemeResult::State::pending:
            break;
    }
    return tr("Computing %1…").arg(scheme->title());
}

void ErrorPage::showMap() {
    QString notice = tensorNotice(*workspace());
    const SchemeResult result = workspace()->tensorResult(workspace()->focus());
    reader_->setSource(workspace()->rows(), result.run);
    const ComparedScheme* scheme = workspace()->scheme(workspace()->focus());
    blocks_->setSource(workspace()->rows(), result.run, scheme ? scheme->title() : QString());
    findError(result.run);
    if (notice.isEmpty() && kind() != MapKind::original) {
        notice = resultNotice();
        const bool pending = result.state == SchemeResult::State::pending;
        if (pending && feed_->shown().rows == workspace()->rows()) {
            // A slider is being moved: the last picture stays for the moment, and says so.
            computing_->setText(notice);
            computing_->adjustSize();
            computing_->show();
            return;
        }
    }
    if (!notice.isEmpty()) {
        showNotice(notice);
        return;
    }
    stack_->setCurrentIndex(0);
    feed_->show({workspace()->rows(), kind() == MapKind::original ? nullptr : result.run, kind()});
    computing_->setText(tr("Computing the map…"));
    computing_->adjustSize();
    computing_->setVisible(feed_->busy());
    showCell();
}

void ErrorPage::showNotice(const QString& text) {
    notice_->setText(text);
    stack_->setCurrentIndex(1);
    feed_->clear();
    hovered_.reset();
}

/// A hidden page keeps nothing of a tensor that is no longer looked at.
void ErrorPage::forget() {
    feed_->clear();
    reader_->setSource(nullptr, nullptr);
    blocks_->setSource(nullptr, nullptr, {});
    findError(nullptr);
    invalidate();
}

void ErrorPage::kindChosen() {
    modes_->setCurrentIndex(indexIn(kHeatmapModes, mode()));
    lock_->setChecked(false);  // limits of errors mean nothing for weights
    invalidate();
}

void ErrorPage::mapChanged() {
    if (!view_->pyramid() || feed_->busy()) {
        return;
    }
    computing_->hide();
    view_->setMode(mode());
    if (!lock_->isChecked()) {
        limit_ = colorLimit(*view_->pyramid(), mode(),
                            kLimitRules[static_cast<std::size_t>(limits_->currentIndex())]);
    }
    view_->setAccessibleName(tr("Map: %1").arg(mapTitle(kind())));
    applyScale();
}

void ErrorPage::applyScale() {
    const ValueScale scale = colorScale(mode(), limit_, log_->isChecked());
    view_->setScale(scale);
    scale_->setScale(scale);
    const bool locked = lock_->isChecked();
    lock_->setIcon(icon(locked ? QStringLiteral("lock") : QStringLiteral("unlock")));
    scale_->setTexts(mapSymbol(kind(), mode()),
                     locked ? tr("(locked; click to free the limits)")
                            : tr("(%1; click to lock the limits)").arg(limits_->currentText()));
}

void ErrorPage::findError(const std::shared_ptr<const TensorRun>& run) {
    if (run != foundIn_) {
        finding_.cancel();
        foundIn_ = run;
        found_.reset();
        if (run) {
            finding_.start(
                Lane::interactive, tr("Look for the largest errors"), this,
                [rows = workspace()->rows(), run](const Progress& progress) {
                    return find_error(*rows, *run, progress);
                },
                [this](const std::shared_ptr<const ErrorFinding>& found) {
                    found_ = found;
                    showFinding();
                },
                // The map is there all the same; a sentence less is no message.
                [this](const Error&) {
                    foundIn_.reset();
                    showFinding();
                });
        }
    }
    showFinding();
}

void ErrorPage::showFinding() {
    // The line keeps its place while it is worked out, so that the map does not jump.
    findingBox_->setText(found_ ? findingText(*found_) : tr("Looking for the largest errors…"));
    findingBox_->setVisible(foundIn_ != nullptr);
}

QString ErrorPage::finding() const { return found_ ? findingBox_->text() : QString(); }

void ErrorPage::setCell(qint64 row, qint64 col) {
    if (!view_->pyramid()) {
        return;
    }
    const QPoint cell(static_cast<int>(col), static_cast<int>(row));
    if (view_->viewRange().width() > 4 * kNearCells) {
        view_->setViewRange(QRectF(cell.x() - kNearCells / 2.0, cell.y() - kNearCells / 2.0,
                                   kNearCells, kNearCells));
    }
    view_->setCurrentCell(cell);
}

void ErrorPage::inspectBlock(bool open) {
    inspect_->setChecked(open);
    if (open && !view_->currentCell()) {
        view_->setCurrentCell(view_->viewRange().topLeft().toPoint());
    }
    blocks_->setVisible(open);
    if (!open) {
        view_->setFocus();  // the focus was perhaps in what is hidden now
    }
}

void ErrorPage::showCell() {
    const std::optional<QPoint> cell = hovered_ ? hovered_ : view_->currentCell();
    scale_->setMarker(std::numeric_limits<double>::quiet_NaN());
    if (!cell) {
        cellLine_->setText(
            tr("Point at a weight, or choose one with the arrow keys. Wheel zooms, "
               "drag pans, double click fits."));
        blockLine_->setText(QString());
        view_->setMark({});
        return;
    }
    const QString place = tr("row %1, column %2").arg(cell->y()).arg(cell->x());
    const std::optional<CellValues> values = reader_->at(cell->y(), cell->x());
    if (const auto shown = view_->value(cell->y(), cell->x())) {
        const auto value = static_cast<double>(*shown);
        scale_->setMarker(mode() == HeatmapMode::magnitude ? std::abs(value) : value);
    }
    if (!values) {
        cellLine_->setText(place);
        blockLine_->setText(QString());
        return;
    }
    cellLine_->setText(place + QStringLiteral(": ") + valuesText(*values));
    blockLine_->setText(blockText(values->stored));
    const CellInfo& stored = values->stored;
    const bool block =
        stored.code_min != stored.code_max && stored.block_end - stored.block_begin < view_->cols();
    view_->setMark(block && view_->currentCell() == cell
                       ? QRect(static_cast<int>(stored.block_begin), cell->y(),
                               static_cast<int>(stored.block_end - stored.block_begin), 1)
                       : QRect());
}

QString ErrorPage::cellText(qint64 row, qint64 col) const {
    const QString place = tr("row %1, column %2").arg(row).arg(col);
    const std::optional<CellValues> values = reader_->at(row, col);
    return values ? QStringLiteral("%1: %2; %3")
                        .arg(place, valuesText(*values), blockText(values->stored))
                  : place;
}

QString ErrorPage::cellLine() const { return cellLine_->text() + u'\n' + blockLine_->text(); }

void ErrorPage::retranslate() {
    schemes_->describe(tr("Scheme"), tr("The scheme in focus: whose error is shown"));
    QStringList kinds;
    for (const MapKind one : kMapKinds) {
        kinds << mapTitle(one);
    }
    kinds_->setTexts(kinds);
    kinds_->describe(tr("Map"), tr("What the map shows of each weight"));
    QStringList modes;
    for (const HeatmapMode one : kHeatmapModes) {
        modes << modeTitle(one);
    }
    modes_->setTexts(modes);
    modes_->setCurrentIndex(indexIn(kHeatmapModes, mode()));
    modes_->describe(tr("Mode"), tr("What a pixel shows of the weights under it: the largest "
                                    "magnitude, the extreme with its sign, or the mean"));
    QStringList limits;
    for (const LimitRule rule : kLimitRules) {
        limits << limitTitle(rule);
    }
    limits_->setTexts(limits);
    limits_->describe(tr("Limits of the colours"),
                      limitTitle(LimitRule::clip) + QStringLiteral(": ") +
                          limitExplanation(LimitRule::clip) + u'\n' + limitTitle(LimitRule::full) +
                          QStringLiteral(": ") + limitExplanation(LimitRule::full));
    log_->setText(tr("log"));
    log_->setToolTip(tr("Colours follow the logarithm of the values"));
    lock_->setToolTip(tr("Keep these limits when the scheme or the tensor changes"));
    lock_->setAccessibleName(tr("Lock the limits"));
    fit_->setToolTip(tr("Show the whole matrix (0)"));
    fit_->setAccessibleName(tr("Show the whole matrix"));
    inspect_->setToolTip(
        tr("Inspect block: the stored bits of the chosen weight (Enter or a "
           "click, where single weights can be seen)"));
    inspect_->setAccessibleName(tr("Inspect block"));
    cellLine_->setAccessibleName(tr("Weight under the pointer"));
    blockLine_->setAccessibleName(tr("Block of the weight under the pointer"));
    help_->setHelp(
        tr("The error map"),
        tr("<p>Rows are output channels, columns are input channels. The error is the decoded "
           "weight minus the original one, ŵ − w, measured on the stored bytes.</p>"
           "<p>When a pixel covers several weights it shows the largest of them (absolute, signed) "
           "or their mean. Zoom in with the wheel until single weights appear.</p>"
           "<p>Horizontal stripes are rows with large weights: their blocks have large scales, and "
           "the error of a rounded weight is at most about half a scale, unless it was "
           "clipped.</p>"));
    showFinding();
    mapChanged();  // its texts stand in the colour scale
}

}  // namespace ql::gui
