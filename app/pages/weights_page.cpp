#include "app/pages/weights_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedLayout>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

#include "app/controls.h"
#include "app/pages/cell_reader.h"
#include "app/pages/tensor_header.h"
#include "widgets/card.h"
#include "widgets/curve_plot.h"
#include "widgets/help_button.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kMargin = 16;
constexpr int kGap = 8;
constexpr int kStatisticsWidth = 232;

enum Channels { kInput, kOutput };
enum Order { kByIndex, kSorted };

QSpinBox* makeSpinBox(QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setMinimumWidth(72);
    box->setGroupSeparatorShown(false);
    ignoreWheelWithoutFocus(box);
    return box;
}

double medianOf(std::vector<float> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return static_cast<double>(*middle);
}

}  // namespace

WeightsPage::WeightsPage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      header_(new TensorHeader(this)),
      stack_(new QStackedLayout),
      notice_(makeNotice(this)) {
    auto* filled = new QWidget(this);
    auto* plots = new QVBoxLayout;
    plots->setSpacing(kGap);
    plots->addWidget(makeHistogramCard(), 3);
    plots->addWidget(makeCurveCard(), 2);
    auto* content = new QHBoxLayout(filled);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(kGap);
    content->addLayout(plots, 1);
    content->addWidget(makeStatisticsCard());
    stack_->addWidget(filled);
    stack_->addWidget(notice_);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, 8, kMargin, kMargin);
    layout->setSpacing(8);
    layout->addWidget(header_);
    layout->addLayout(stack_, 1);

    const auto follow = [this] { invalidate(); };
    connect(histogram_, &Plot::saveFailed, this, &WeightsPage::tellSaveFailed);
    connect(curve_, &Plot::saveFailed, this, &WeightsPage::tellSaveFailed);
    connect(workspace, &Workspace::modelChanged, this, &WeightsPage::forget);
    connect(workspace, &Workspace::tensorChanged, this,
            [this] { isVisible() ? invalidate() : forget(); });
    connect(workspace, &Workspace::profileChanged, this, follow);
    connect(workspace, &Workspace::schemesChanged, this, follow);
    connect(workspace, &Workspace::focusChanged, this, follow);
    connect(workspace, &Workspace::tensorResultChanged, this, follow);
}

QWidget* WeightsPage::makeHistogramCard() {
    auto* card = new Card(this);
    histogramTitle_ = new QLabel(card);
    logCounts_ = new QCheckBox(card);
    logCounts_->setChecked(true);
    histogramHelp_ = new HelpButton(card);
    histogram_ = new HistogramPlot(card);
    histogram_->setLogarithmic(true);
    rowLabel_ = new QLabel(card);
    rowBox_ = makeSpinBox(card);
    rowLabel_->setBuddy(rowBox_);
    blockLabel_ = new QLabel(card);
    blockBox_ = makeSpinBox(card);
    blockLabel_->setBuddy(blockBox_);
    blockText_ = new ElidedLabel(card);

    auto* blocks = new QHBoxLayout;
    blocks->setSpacing(8);
    for (QWidget* one : {static_cast<QWidget*>(rowLabel_), static_cast<QWidget*>(rowBox_),
                         static_cast<QWidget*>(blockLabel_), static_cast<QWidget*>(blockBox_)}) {
        blocks->addWidget(one);
    }
    blocks->addWidget(blockText_, 1);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(histogramTitle_, {logCounts_, histogramHelp_}));
    layout->addWidget(histogram_, 1);
    layout->addLayout(blocks);

    connect(logCounts_, &QCheckBox::toggled, histogram_, &HistogramPlot::setLogarithmic);
    connect(histogram_, &HistogramPlot::visibilityChanged, this, [this](int index, bool visible) {
        const int id = seriesSchemes_.value(index);
        visible ? void(hidden_.remove(id)) : void(hidden_.insert(id));
    });
    connect(rowBox_, &QSpinBox::valueChanged, this, &WeightsPage::fillGridPoints);
    connect(blockBox_, &QSpinBox::valueChanged, this, &WeightsPage::fillGridPoints);
    return card;
}

QWidget* WeightsPage::makeCurveCard() {
    auto* card = new Card(this);
    curveTitle_ = new QLabel(card);
    channels_ = new Choice(card);
    order_ = new Choice(card);
    curveHelp_ = new HelpButton(card);
    curve_ = new CurvePlot(card);
    curveText_ = new ElidedLabel(card);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(curveTitle_, {channels_, order_, curveHelp_}));
    layout->addWidget(curve_, 1);
    layout->addWidget(curveText_);

    connect(channels_, &QComboBox::currentIndexChanged, this, &WeightsPage::invalidate);
    connect(order_, &QComboBox::currentIndexChanged, this, [this](int index) {
        curve_->setOrder(index == kSorted ? CurvePlot::Order::descending : CurvePlot::Order::index);
        invalidate();
    });
    connect(curve_, &CurvePlot::channelClicked, this, [this](int channel) {
        if (channels_->currentIndex() == kOutput) {
            rowBox_->setValue(channel);
        } else if (blockWidth_ > 0) {
            blockBox_->setValue(static_cast<int>(channel / blockWidth_));
        }
    });
    return card;
}

QWidget* WeightsPage::makeStatisticsCard() {
    auto* card = new Card(this);
    card->setMinimumWidth(kStatisticsWidth);
    card->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    statisticsTitle_ = new QLabel(card);
    statistics_ = new StatTable(card);
    statisticsHelp_ = new HelpButton(card);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addLayout(makeCardHead(statisticsTitle_, {statisticsHelp_}));
    layout->addWidget(statistics_);
    layout->addStretch(1);
    return card;
}

QString WeightsPage::title() const { return tr("Weights"); }

QString WeightsPage::description() const {
    return tr("Distribution, channels and statistics of one tensor");
}

void WeightsPage::refresh() {
    const QString notice = tensorNotice(*workspace());
    header_->setTensor(workspace()->tensor());
    header_->setVisible(workspace()->tensor() != nullptr);
    notice_->setText(notice);
    stack_->setCurrentIndex(notice.isEmpty() ? 0 : 1);
    if (!notice.isEmpty()) {
        return;
    }
    fillHistogram();
    fillBlocks();
    fillCurve();
    fillStatistics();
}

/// A hidden page keeps nothing of a tensor that is no longer looked at.
void WeightsPage::forget() {
    gridOf_.reset();
    curveOf_.reset();
    invalidate();
}

void WeightsPage::fillHistogram() {
    const std::shared_ptr<const TensorProfile> profile = workspace()->profile();
    std::vector<HistogramSeries> series{{.name = tr("original"),
                                         .color = kOriginalColor,
                                         .histogram = profile->histogram,
                                         .visible = !hidden_.contains(Workspace::kNoScheme)}};
    seriesSchemes_ = {Workspace::kNoScheme};
    for (const ComparedScheme& scheme : workspace()->enabledSchemes()) {
        const SchemeResult result = workspace()->tensorResult(scheme.id);
        if (result.state == SchemeResult::State::ready) {
            series.push_back({.name = scheme.title(),
                              .color = scheme.color,
                              .histogram = result.run->histogram,
                              .visible = !hidden_.contains(scheme.id)});
            seriesSchemes_.append(scheme.id);
        }
    }
    histogram_->setSeries(std::move(series));
    const Statistics& statistics = profile->statistics;
    histogram_->setDescription(
        tr("Histogram of the weights"),
        tr("%1 weights from %2 to %3, mean %4, standard deviation %5")
            .arg(formatExact(static_cast<qint64>(statistics.count)),
                 formatNumber(static_cast<double>(statistics.min)),
                 formatNumber(static_cast<double>(statistics.max)), formatNumber(statistics.mean),
                 formatNumber(statistics.stddev)));
}

/// Rows and blocks of the scheme in focus that can be chosen.
void WeightsPage::fillBlocks() {
    const SchemeResult result = workspace()->tensorResult(workspace()->focus());
    gridOf_ = result.run;
    blockWidth_ = 0;
    const auto rows = workspace()->rows();
    if (gridOf_) {
        const CellInfo first = gridOf_->quantized.inspect(0, 0);
        if (first.code_min != first.code_max) {
            blockWidth_ = std::max<qint64>(1, first.block_end - first.block_begin);
        }
    }
    const qint64 blocks = blockWidth_ > 0 ? (rows->cols() + blockWidth_ - 1) / blockWidth_ : 1;
    const QSignalBlocker noRow(rowBox_);
    const QSignalBlocker noBlock(blockBox_);
    rowBox_->setRange(0, static_cast<int>(rows->rows() - 1));
    blockBox_->setRange(0, static_cast<int>(blocks - 1));
    rowBox_->setEnabled(blockWidth_ > 0 && rows->rows() > 1);
    blockBox_->setEnabled(blockWidth_ > 0 && blocks > 1);
    fillGridPoints();
}

void WeightsPage::fillGridPoints() {
    const ComparedScheme* scheme = workspace()->scheme(workspace()->focus());
    if (!gridOf_ || !scheme || blockWidth_ == 0) {
        histogram_->setGridPoints({}, kOriginalColor);
        QString text;
        if (gridOf_ && scheme) {
            text = tr("%1 stores each value by itself: it has no block grid.").arg(scheme->title());
        } else if (scheme &&
                   workspace()->tensorResult(scheme->id).state == SchemeResult::State::refused) {
            text = tr("%1 cannot be applied to this tensor.").arg(scheme->title());
        }
        blockText_->setText(text);
        return;
    }
    const qint64 row = rowBox_->value();
    const qint64 col = blockBox_->value() * blockWidth_;
    const CellInfo block = gridOf_->quantized.inspect(row, col);
    std::vector<double> points;
    for (int code = block.code_min; code <= block.code_max; ++code) {
        points.push_back(static_cast<double>(block.scale) * static_cast<double>(block.level(code)) +
                         static_cast<double>(block.offset));
    }
    const auto count = static_cast<int>(points.size());
    histogram_->setGridPoints(std::move(points), scheme->color);
    //: %1 and %2 are columns; the ticks under the histogram are these grid points
    blockText_->setText(tr("scale %3, %n grid point(s), columns %1–%2", nullptr, count)
                            .arg(block.block_begin)
                            .arg(block.block_end - 1)
                            .arg(formatNumber(static_cast<double>(block.scale))));
}

void WeightsPage::setCell(qint64 row, qint64 col) {
    const QSignalBlocker once(blockBox_);
    if (blockWidth_ > 0) {
        blockBox_->setValue(static_cast<int>(col / blockWidth_));
    }
    rowBox_->setValue(static_cast<int>(row));
    fillGridPoints();
}

void WeightsPage::fillCurve() {
    const std::shared_ptr<const TensorProfile> profile = workspace()->profile();
    const bool input = channels_->currentIndex() != kOutput;
    const std::vector<float>& values = input ? profile->column_abs_max : profile->row_abs_max;
    if (profile != curveOf_ || channels_->currentIndex() != curveChannels_) {
        curveOf_ = profile;
        curveChannels_ = channels_->currentIndex();
        curve_->setSeries({{.name = tr("original"), .color = kOriginalColor, .values = values}});
    }
    const bool sorted = order_->currentIndex() == kSorted;
    const QString channel = input ? tr("input channel") : tr("output channel");
    curve_->setAxisTexts(sorted ? tr("%1, by rank").arg(channel) : channel, tr("largest |w|"));
    if (values.empty()) {
        curveText_->setText(QString());
        return;
    }
    const auto worst = std::max_element(values.begin(), values.end());
    const auto top = static_cast<double>(*worst);
    const double median = medianOf(values);
    const auto index = static_cast<qint64>(worst - values.begin());
    const QString which =
        input ? tr("Largest in input channel %1: %2").arg(index).arg(formatNumber(top))
              : tr("Largest in output channel %1: %2").arg(index).arg(formatNumber(top));
    const QString text =
        median > 0 && values.size() > 1
            ? tr("%1, %2 times the median channel.").arg(which, formatNumber(top / median, 2))
            : which;
    curveText_->setText(text);
    curve_->setDescription(tr("Largest magnitude of every channel"), text);
}

void WeightsPage::fillStatistics() {
    const Statistics& s = workspace()->profile()->statistics;
    const auto exact = [](std::uint64_t count) { return formatExact(static_cast<qint64>(count)); };
    const auto share = [&](std::uint64_t count) {
        return count == 0
                   ? exact(0)
                   : tr("%1 (%2)", "a count and its share")
                         .arg(exact(count),
                              formatPercent(
                                  static_cast<double>(count) / static_cast<double>(s.count), 2));
    };
    const auto number = [](double value) { return formatNumber(value, 4); };
    statistics_->setRows(
        {{tr("count"), exact(s.count), false, tr("Number of values")},
         {tr("mean"), number(s.mean), false, {}},
         {tr("σ"), number(s.stddev), false, tr("Standard deviation")},
         {tr("skewness"), formatFixed(s.skewness, 3), false,
          tr("0 for a symmetric distribution; positive when the right tail is longer")},
         {tr("kurtosis"), formatFixed(s.kurtosis, 3), false,
          tr("Excess kurtosis: 0 for a normal distribution, more when the tails are heavier")},
         {tr("min"), number(static_cast<double>(s.min)), false, {}},
         {tr("lower quartile"), number(s.quartile_low), false,
          tr("A quarter of the values lies below")},
         {tr("median"), number(s.median), false, {}},
         {tr("upper quartile"), number(s.quartile_high), false,
          tr("A quarter of the values lies above")},
         {tr("max"), number(static_cast<double>(s.max)), false, {}},
         {tr("mean |w|"), number(s.abs_mean), false, {}},
         {tr("zeros"), share(s.zeros), false, tr("Values that are exactly 0")},
         {tr("NaN"), share(s.nan), false, tr("Values that are not a number")},
         {tr("infinite"), share(s.infinite), false, {}},
         {tr("beyond 6 σ"), share(s.outliers), false,
          tr("Values farther than six standard deviations from the mean")}});
}

void WeightsPage::retranslate() {
    histogramTitle_->setText(tr("Distribution"));
    logCounts_->setText(tr("log counts"));
    logCounts_->setToolTip(tr("Counts on a logarithmic axis"));
    histogram_->setAxisTexts(tr("weight"), tr("weights per bin"));
    histogramHelp_->setHelp(
        tr("Distribution of the weights"),
        tr("<p>Grey: how many of the original weights fall into each bin. Colours: the same for "
           "the "
           "weights as each scheme decodes them, in the same bins. Click a name in the legend to "
           "hide or show it.</p>"
           "<p>The ticks at the foot are the values that the scheme in focus can store in one "
           "block: "
           "its grid points. Choose the block below. Weights between two ticks are rounded to one "
           "of "
           "them.</p>"));
    //: a row of the matrix
    rowLabel_->setText(tr("Grid of row"));
    rowBox_->setAccessibleName(tr("Row whose grid points are shown"));
    rowBox_->setToolTip(tr("Output channel whose grid points are shown as ticks"));
    //: weights in a row that share a scale
    blockLabel_->setText(tr("block"));
    blockBox_->setAccessibleName(tr("Block whose grid points are shown"));
    blockBox_->setToolTip(tr("Block of columns that share one scale, counted from 0"));

    curveTitle_->setText(tr("Largest magnitude per channel"));
    channels_->setTexts({tr("Input channels"), tr("Output channels")});
    channels_->describe(tr("Channels"), tr("Input channels are the columns of the matrix, output "
                                           "channels its rows"));
    order_->setTexts({tr("by index"), tr("sorted")});
    order_->describe(tr("Order of the channels"),
                     tr("In the order of the matrix, or from the largest down"));
    curveHelp_->setHelp(
        tr("Largest magnitude per channel"),
        tr("<p>A block is stored with a scale that fits its largest weight. A channel whose "
           "largest "
           "weight towers over the others therefore costs accuracy in every block it runs "
           "through.</p>"
           "<p>Groups run along the input channels of one row: an outlier in an input channel "
           "widens one block of every row, an outlier in an output channel only that row's.</p>"));

    statisticsTitle_->setText(tr("Statistics"));
    statistics_->setAccessibleName(tr("Statistics"));
    statisticsHelp_->setHelp(
        tr("Statistics"),
        tr("<p>Of the original weights, all of them. Mean, σ, skewness and kurtosis are moments of "
           "the finite values; quartiles come from a fine histogram and are exact to 1/4096 of the "
           "range.</p>"
           "<p>Of a normal distribution about two values in a thousand million lie beyond 6 σ: "
           "more "
           "are a sign of outliers.</p>"));
    curveOf_.reset();  // names of its series
}

}  // namespace ql::gui
