#include "app/pages/gptq_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/pages/map_choice.h"
#include "app/text.h"
#include "core/model/resolve_plan.h"
#include "widgets/color_scale.h"
#include "widgets/heatmap_view.h"
#include "widgets/help_button.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr std::int64_t kRows = 64;  // that are watched
constexpr int kTickMs = 40;
constexpr int kTicks = 300;  // that a whole sweep takes, if there are as many columns
constexpr HeatmapMode kMode = HeatmapMode::extreme;

/// Column by column to row by row, as maps have it.
std::vector<float> byRows(const SweepFrame& frame, std::size_t rows) {
    std::vector<float> values(frame.change.size());
    const std::size_t columns = values.size() / rows;
    for (std::size_t col = 0; col < columns; ++col) {
        for (std::size_t row = 0; row < rows; ++row) {
            values[row * columns + col] = frame.change[col * rows + row];
        }
    }
    return values;
}

Pyramid pyramidOf(const GptqSweep& sweep, const std::vector<float>& values) {
    Pyramid pyramid(static_cast<std::int64_t>(sweep.rows.size()), sweep.columns());
    pyramid.add_rows(0, pyramid.rows, values.data());
    pyramid.finish();
    return pyramid;
}

}  // namespace

/// What a job hands over: the sweep, and where the colours end.
struct GptqView::Watched {
    GptqSweep sweep;
    double limit = 0;
};

/// A frame, ready to be painted.
struct GptqView::Drawn {
    SweepFrame frame;
    Pyramid pyramid;
    HeatmapTile tile;
};

GptqView::GptqView(Jobs* jobs, QWidget* parent)
    : MethodView(parent),
      watching_(jobs),
      drawing_(jobs),
      name_(new QLabel(this)),
      fit_(new QToolButton(this)),
      help_(new HelpButton(this)),
      map_(new HeatmapView(this)),
      scale_(new ColorScale(this)),
      cell_(new ElidedLabel(this)),
      play_(new QToolButton(this)),
      step_(new QSlider(Qt::Horizontal, this)),
      place_(new QLabel(this)),
      facts_(new QLabel(this)),
      note_(new QLabel(this)) {
    for (QToolButton* button : {fit_, play_}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
    }
    fit_->setIcon(icon(QStringLiteral("fit")));
    play_->setIcon(icon(QStringLiteral("run")));
    play_->setCheckable(true);
    step_->setRange(0, 0);
    timer_.setInterval(kTickMs);
    for (QLabel* label : {facts_, note_}) {
        label->setWordWrap(true);
    }
    setMuted(note_);

    auto* steps = new QHBoxLayout;
    steps->setSpacing(8);
    steps->addWidget(play_);
    steps->addWidget(step_, 1);
    steps->addWidget(place_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(name_, {fit_, help_}));
    layout->addLayout(makeMap(), 1);
    layout->addWidget(cell_);
    layout->addLayout(steps);
    layout->addWidget(facts_);
    layout->addWidget(note_);

    connect(fit_, &QToolButton::clicked, map_, &HeatmapView::fit);
    connect(play_, &QToolButton::toggled, this, &GptqView::play);
    connect(&timer_, &QTimer::timeout, this, &GptqView::advance);
    connect(step_, &QSlider::valueChanged, this, &GptqView::draw);
    connect(step_, &QSlider::sliderPressed, this, [this] { play_->setChecked(false); });
}

QLayout* GptqView::makeMap() {
    map_->setAxesVisible(true);
    map_->setMode(kMode);
    map_->setFileName(QStringLiteral("gptq"));
    map_->setCellText([this](qint64 row, qint64 col) { return cellText(row, col); });
    connect(map_, &HeatmapView::saveFailed, this, &GptqView::saveFailed);
    connect(map_, &HeatmapView::hovered, this, [this](qint64 row, qint64 col) {
        hovered_ = QPoint(static_cast<int>(col), static_cast<int>(row));
        showCell();
    });
    connect(map_, &HeatmapView::left, this, [this] {
        hovered_.reset();
        showCell();
    });
    connect(map_, &HeatmapView::currentCellChanged, this, &GptqView::showCell);
    auto* across = new QHBoxLayout;
    across->setSpacing(8);
    across->addWidget(map_, 1);
    auto* beside = new QVBoxLayout;  // the bar ends where the matrix ends
    beside->addWidget(scale_, 1);
    beside->addSpacing(map_->height() - map_->matrixRect().bottom() - 1);
    across->addLayout(beside);
    return across;
}

QString GptqView::title() const { return QStringLiteral("GPTQ"); }

MethodGap GptqView::gap(const MethodSubject& subject) const {
    if (subject.scheme.folds()) {
        return {
            tr("GPTQ can be watched on weights as they are stored: take AWQ, SmoothQuant and "
               "clipping out of the scheme to see it work alone.")};
    }
    if (subject.scheme.gptq->gptaq) {
        return {
            tr("GPTAQ compares the inputs of two models, which only a comparison runs side by "
               "side: take gptaq out of the scheme to see GPTQ work alone.")};
    }
    if (MethodGap gap = inputGap(subject); !gap.text.isEmpty()) {
        if (gap.remedy == MethodGap::Remedy::calibrate) {
            gap.remedy = MethodGap::Remedy::keepGrams;
        }
        return gap;
    }
    const auto place = input_place(subject.of());
    if (!subject.calibration->grams || !subject.calibration->grams->has(*place)) {
        return {tr("GPTQ goes by the Gram matrix of what this matrix reads, and the calibration "
                   "did not keep it: calibrate once more, and keep Gram matrices."),
                MethodGap::Remedy::keepGrams};
    }
    if (const auto refusal = make_grid(subject.scheme.grid)->refuses(subject.of().cols)) {
        return {translated(*refusal)};
    }
    return {};
}

MethodSubject GptqView::relevant(MethodSubject subject) const {
    subject.color = 0;
    subject.run.reset();
    subject.problem = {};
    subject.plan.reset();
    subject.transformed.reset();
    return subject;
}

void GptqView::start() {
    watching_.start(
        Lane::interactive, tr("Watch GPTQ"), this,
        [subject = *subject()](const Progress& progress) {
            const ModelTensor& tensor = subject.of();
            const auto factor = subject.factors->factor(subject.calibration, *input_place(tensor),
                                                        subject.scheme, progress);
            Watched watched{watch_gptq(*subject.rows, subject.scheme, factor,
                                       importance_of(tensor, subject.importance.get()), kRows,
                                       cpu_backend(), progress)};
            const GptqSweep& sweep = watched.sweep;
            const SweepFrame last =
                sweep_frame(sweep, sweep.columns(), nullptr, cpu_backend(), progress);
            watched.limit = colorLimit(pyramidOf(sweep, byRows(last, sweep.rows.size())), kMode,
                                       LimitRule::clip);
            return watched;
        },
        [this](const std::shared_ptr<const Watched>& watched) { adopt(watched); },
        [this](const Error& error) { fail(error); });
}

QString GptqView::workingText() const { return tr("Rounding the columns…"); }

void GptqView::adopt(const std::shared_ptr<const Watched>& watched) {
    finish();
    sweep_ = {watched, &watched->sweep};
    const ValueScale scale = colorScale(kMode, watched->limit, false);
    map_->setScale(scale);
    scale_->setScale(scale);
    const int columns = static_cast<int>(sweep_->columns());
    if (step_->maximum() != columns) {
        // Half way through one sees both: errors that stay, and what they push to the right.
        const QSignalBlocker once(step_);
        step_->setRange(0, columns);
        step_->setPageStep(std::max(1, columns / 20));
        step_->setValue(columns / 2);
    }
    draw();
}

void GptqView::forget() {
    watching_.cancel();
    drawing_.cancel();
    busy_ = false;
    play_->setChecked(false);
    sweep_.reset();
    drawn_.reset();
    hovered_.reset();
    map_->setPyramid(nullptr);
    place_->clear();
    note_->clear();
    map_->setAccessibleDescription(QString());
    showFacts();
    showCell();
}

const SweepFrame* GptqView::frame() const { return drawn_ ? &drawn_->frame : nullptr; }

/// Makes the frame that the slider stands at, one at a time: what it passes meanwhile is left out.
void GptqView::draw() {
    if (!sweep_ || busy_ || (drawn_ && drawn_->frame.done == step_->value())) {
        return;
    }
    busy_ = true;
    drawing_.start(
        Lane::interactive, tr("Draw a step of GPTQ"), this,
        [sweep = sweep_, before = drawn_, done = step_->value()](const Progress& progress) {
            Drawn drawn;
            drawn.frame = sweep_frame(*sweep, done, before ? &before->frame : nullptr,
                                      cpu_backend(), progress);
            drawn.tile.values = byRows(drawn.frame, sweep->rows.size());
            drawn.pyramid = pyramidOf(*sweep, drawn.tile.values);
            drawn.tile.cells = QRect(0, 0, static_cast<int>(drawn.pyramid.cols),
                                     static_cast<int>(drawn.pyramid.rows));
            return drawn;
        },
        [this](const std::shared_ptr<const Drawn>& drawn) {
            busy_ = false;
            drawn_ = drawn;
            map_->setPyramid({drawn, &drawn->pyramid}, {drawn, &drawn->tile});
            const auto done = static_cast<int>(drawn->frame.done);
            map_->setMark(done < drawn->pyramid.cols
                              ? QRect(done, 0, 1, static_cast<int>(drawn->pyramid.rows))
                              : QRect());
            showFacts();
            showCell();
            draw();
        },
        [this](const Error& error) {
            busy_ = false;
            if (!drawn_) {
                fail(error);
            }
        });
}

void GptqView::play(bool on) {
    play_->setIcon(icon(on ? QStringLiteral("stop") : QStringLiteral("run")));
    play_->setToolTip(on ? tr("Stop here") : tr("Round column after column"));
    if (!on) {
        timer_.stop();
        return;
    }
    if (step_->value() == step_->maximum()) {
        step_->setValue(0);
    }
    timer_.start();
}

void GptqView::advance() {
    if (busy_) {
        return;
    }
    const int stride = std::max(1, step_->maximum() / kTicks);
    step_->setValue(step_->value() + stride);
    if (step_->value() == step_->maximum()) {
        play_->setChecked(false);
    }
}

void GptqView::hideEvent(QHideEvent* event) {
    play_->setChecked(false);
    MethodView::hideEvent(event);
}

QString GptqView::facts() const { return place_->text() + u' ' + facts_->text(); }

QStringList GptqView::damping() const {
    const GptqReport& report = sweep_->report;
    QStringList texts{tr("damping %1").arg(QLocale().toString(report.damp))};
    if (report.increases > 0) {
        //: damping had to be raised until the matrix had an inverse
        texts << tr("raised %n time(s)", nullptr, report.increases);
    }
    if (report.dead_columns > 0) {
        texts << tr("%n column(s) that are never read", nullptr,
                    static_cast<int>(report.dead_columns));
    }
    return texts;
}

void GptqView::showFacts() {
    if (!drawn_) {
        facts_->setText(status());
        return;
    }
    const auto done = static_cast<std::size_t>(drawn_->frame.done);
    const std::vector<std::int32_t>& order = sweep_->factor->order;
    place_->setText(done < order.size() ? tr("%1 of %2 columns rounded, next: column %3")
                                              .arg(done)
                                              .arg(order.size())
                                              .arg(order[done])
                                        : tr("all %1 columns rounded").arg(order.size()));
    const double all = sweep_->losses.back();
    const double loss = done > 0 ? sweep_->losses[done - 1] : 0;
    QStringList facts{
        tr("loss so far %1 of %2 (%3)")
            .arg(formatNumber(loss), formatNumber(all), formatPercent(all > 0 ? loss / all : 0))};
    facts << damping();
    facts << tr("%1 of %2 rows").arg(sweep_->rows.size()).arg(subject()->of().rows);
    facts_->setText(facts.join(QStringLiteral(" · ")));
    QString note = translated(sweep_->report.fallback);
    if (note.isEmpty() && !subject()->scheme.gptq->independent && subject()->of().layer > 0) {
        note = tr(
            "On what the original model's linear reads; a comparison rounds on what comes from the "
            "quantized blocks before it.");
    }
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
}

QString GptqView::cellText(qint64 row, qint64 col) const {
    if (!drawn_ || row < 0 || col < 0 || row >= drawn_->pyramid.rows ||
        col >= drawn_->pyramid.cols) {
        return {};
    }
    const auto place = static_cast<std::size_t>(col);
    const std::size_t at = place * sweep_->rows.size() + static_cast<std::size_t>(row);
    const QString change = formatNumber(static_cast<double>(drawn_->frame.change[at]), 4);
    const QString weight = formatNumber(static_cast<double>(sweep_->original[at]), 4);
    const QString cell = tr("row %1, column %2 (number %3 to be rounded) · w = %4")
                             .arg(sweep_->rows[static_cast<std::size_t>(row)])
                             .arg(sweep_->factor->order[place])
                             .arg(col + 1)
                             .arg(weight);
    return col < drawn_->frame.done ? tr("%1 · rounded: ŵ − w = %2").arg(cell, change)
                                    : tr("%1 · still free, moved by %2").arg(cell, change);
}

void GptqView::showCell() {
    const std::optional<QPoint> cell = hovered_ ? hovered_ : map_->currentCell();
    cell_->setText(cell && drawn_ ? cellText(cell->y(), cell->x())
                                  : tr("Point at a weight to read what became of it."));
    if (!hovered_) {
        map_->describeCurrent();
    }
}

void GptqView::retranslate() {
    name_->setText(tr("Columns as they are rounded"));
    fit_->setToolTip(tr("Show the whole map (0)"));
    fit_->setAccessibleName(tr("Show the whole map"));
    map_->setAccessibleName(tr("Rows of the matrix while GPTQ rounds their columns"));
    scale_->setTexts(tr("w′−w"), limitTitle(LimitRule::clip));
    play_->setToolTip(play_->isChecked() ? tr("Stop here") : tr("Round column after column"));
    play_->setAccessibleName(tr("Play"));
    step_->setToolTip(tr("How many columns are rounded"));
    step_->setAccessibleName(tr("Columns rounded"));
    help_->setHelp(
        tr("GPTQ, column by column"),
        tr("<p>Rows are a sample of the matrix's rows, columns stand in the order in which they "
           "are rounded. Left of the line they are rounded: the colour is the error that stays, "
           "ŵ − w. Right of it they are still free: the colour is how far the errors before have "
           "moved them, w′ − w.</p>"
           "<p>When a column is rounded, its error is made up for by those after it, as far as "
           "they read something similar (the Gram matrix of the inputs says so). Rounded weights "
           "may therefore be farther from the originals than the nearest value is, and yet the "
           "output is nearer. The last columns have nobody left to push their errors to.</p>"
           "<p>The loss is the sum of the squared errors that were passed on, over all rows: what "
           "the rounding does to the output. The last step shows exactly what is exported.</p>"));
    showFacts();
    showCell();
}

}  // namespace ql::gui
