#include "app/pages/compare_column.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QStackedLayout>
#include <QVBoxLayout>

#include "app/controls.h"
#include "app/pages/cell_reader.h"
#include "app/pages/tensor_header.h"
#include "app/text.h"
#include "core/measure/statistics.h"
#include "widgets/color_dot.h"
#include "widgets/heatmap_view.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kHistogramHeight = 100;
constexpr int kMinMapHeight = 96;

}  // namespace

CompareColumn::CompareColumn(Jobs* jobs, QWidget* parent)
    : QWidget(parent),
      dot_(new ColorDot(kOriginalColor, this)),
      title_(new QLabel(this)),
      text_(new ElidedLabel(this)),
      state_(new QLabel(this)),
      histogram_(new HistogramPlot(this)),
      map_(new HeatmapView(this)),
      table_(new StatTable(this)),
      remark_(new ElidedLabel(this)),
      notice_(makeNotice(this)),
      stack_(new QStackedLayout),
      feed_(new MapFeed(map_, jobs, this)),
      reader_(new CellReader(jobs, this)) {
    title_->setFont(titleFont(font()));
    text_->setFont(monospaceFont(font()));
    setMuted(state_);
    notice_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    notice_->setMargin(0);
    histogram_->setCompact(true);
    histogram_->setFixedHeight(kHistogramHeight);
    map_->setMinimumHeight(kMinMapHeight);
    table_->setFont(smallFont(font()));

    auto* head = new QHBoxLayout;
    head->setSpacing(6);
    head->addWidget(dot_);
    head->addWidget(title_);
    head->addStretch(1);
    head->addWidget(state_);

    auto* filled = new QWidget(this);
    auto* content = new QVBoxLayout(filled);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(4);
    content->addWidget(histogram_);
    content->addWidget(map_, 1);
    content->addSpacing(2);
    content->addWidget(table_);
    content->addWidget(remark_);

    auto* empty = new QWidget(this);
    auto* sentence = new QVBoxLayout(empty);
    sentence->setContentsMargins(0, 24, 0, 0);
    sentence->addWidget(notice_, 1);

    stack_->addWidget(filled);
    stack_->addWidget(empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(head);
    layout->addWidget(text_);
    layout->addLayout(stack_, 1);
    setMinimumWidth(kMinWidth);
}

void CompareColumn::show(const ComparedScheme& scheme, const SchemeResult& result,
                         const std::shared_ptr<const RowSource>& rows,
                         const std::shared_ptr<const TensorProfile>& profile) {
    scheme_ = scheme;
    rows_ = rows;
    reader_->setSource(rows, result.run);
    dot_->setColor(scheme.color);
    title_->setText(scheme.title());
    text_->setText(scheme.text());
    const QString name = scheme.title();
    map_->setAccessibleName(tr("Error map of %1", "a scheme").arg(name));
    map_->setFileName(QStringLiteral("map-") + scheme.text());
    histogram_->setFileName(QStringLiteral("histogram-") + scheme.text());
    table_->setAccessibleName(tr("Metrics of %1", "a scheme").arg(name));
    histogram_->setDescription(
        tr("Histogram of %1", "a scheme").arg(name),
        tr("Distribution of the decoded values over that of the original ones."));
    state_->clear();
    const std::shared_ptr<const TensorRun> before = std::exchange(run_, result.run);
    switch (result.state) {
        case SchemeResult::State::ready:
            if (run_ != before) {
                fillHistogram(*profile);
            }
            stack_->setCurrentIndex(0);
            showMap();
            fillMetrics();
            return;
        case SchemeResult::State::refused:
            showNotice(tr("Not applied to this tensor. %1").arg(translated(result.problem)));
            return;
        case SchemeResult::State::failed:
            showNotice(tr("This could not be computed. %1").arg(translated(result.problem)));
            return;
        case SchemeResult::State::pending:
        case SchemeResult::State::none:
            break;
    }
    if (stack_->currentIndex() == 0 && shows(rows)) {
        // The pictures of the scheme before its change stay for the moment; its numbers do not.
        state_->setText(tr("computing…"));
        fillMetrics();
    } else {
        showNotice(tr("Computing…"));
    }
}

void CompareColumn::showNotice(const QString& text) {
    notice_->setText(text);
    stack_->setCurrentIndex(1);
    feed_->clear();
}

QString CompareColumn::notice() const {
    return stack_->currentIndex() == 1 ? notice_->text() : QString();
}

void CompareColumn::forget() {
    feed_->clear();
    reader_->setSource(nullptr, nullptr);
    rows_.reset();
    run_.reset();
}

void CompareColumn::setMap(MapKind kind) {
    kind_ = kind;
    if (run_) {
        showMap();
    }
}

bool CompareColumn::shows(const std::shared_ptr<const RowSource>& rows) const {
    return rows && feed_->shown().rows == rows;
}

void CompareColumn::showMap() { feed_->show({rows_, run_, kind_}); }

void CompareColumn::setLogCounts(bool log) { histogram_->setLogarithmic(log); }

void CompareColumn::setBest(const BestMetrics& best) {
    best_ = best;
    fillMetrics();
}

void CompareColumn::setRemark(const QString& text, const QString& toolTip) {
    remark_->setText(text);
    remark_->setToolTip(toolTip);
    remark_->setVisible(!text.isEmpty());
}

std::optional<ColumnMetrics> CompareColumn::metrics() const {
    if (!run_) {
        return std::nullopt;
    }
    return ColumnMetrics{
        run_->error.sqnr_db(),
        run_->error.rmse(),
        run_->error.max_error,
        run_->bits_per_weight,
        run_->error.importance > 0 ? std::optional(run_->error.weighted_rmse()) : std::nullopt,
        output_};
}

void CompareColumn::fillHistogram(const TensorProfile& profile) {
    histogram_->setSeries({{.name = tr("original"),
                            .color = kOriginalColor,
                            .histogram = profile.histogram,
                            .visible = true},
                           {.name = scheme_.title(),
                            .color = scheme_.color,
                            .histogram = run_->histogram,
                            .visible = true}});
}

void CompareColumn::fillMetrics() {
    const std::optional<ColumnMetrics> now = metrics();
    const auto row = [&](const QString& label, double ColumnMetrics::*value,
                         QString (*format)(double), bool best, const QString& help) {
        return StatRow{label, now ? format((*now).*value) : noValue(), best, help};
    };
    const auto number = [](double value) { return formatNumber(value); };
    const auto bits = [](double value) { return formatFixed(value, 2); };
    std::vector<StatRow> rows{
        row(tr("SQNR"), &ColumnMetrics::sqnr, formatDecibel, best_.sqnr,
            tr("Signal to quantization noise on this tensor; more is better")),
        row(tr("weight RMSE"), &ColumnMetrics::rmse, number, best_.rmse,
            tr("Root of the mean squared difference between decoded and original weights")),
        row(tr("max error"), &ColumnMetrics::maxError, number, best_.maxError,
            tr("Largest difference between a decoded and its original weight")),
        row(tr("bits/weight"), &ColumnMetrics::bits, bits, best_.bits,
            tr("Bits stored for each weight of this tensor, scales and zero points included"))};
    if (now && now->weighted) {
        constexpr int kAfterRmse = 2;
        rows.insert(
            rows.begin() + kAfterRmse,
            {tr("weighted RMSE"), formatNumber(*now->weighted), best_.weighted,
             tr("The same with squared errors weighted by the importance of their columns")});
    }
    if (now && now->output) {
        rows.push_back({tr("output error"), formatPercent(*now->output, 2), best_.output,
                        tr("‖XΔWᵀ‖ / ‖XWᵀ‖: how far this linear's outputs move on the measured "
                           "text, X being what it reads in the original model")});
    }
    table_->setRows(rows);
}

void CompareColumn::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) {
        emit chosen();
    }
    QWidget::mouseReleaseEvent(event);
}

}  // namespace ql::gui
