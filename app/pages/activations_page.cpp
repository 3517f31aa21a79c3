#include "app/pages/activations_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "app/calibration_request.h"
#include "app/controls.h"
#include "app/pages/calibrate_notice.h"
#include "app/pages/channel_table.h"
#include "app/pages/sample_map.h"
#include "app/pages/tensor_header.h"
#include "app/role_names.h"
#include "widgets/card.h"
#include "widgets/curve_plot.h"
#include "widgets/help_button.h"
#include "widgets/histogram_plot.h"
#include "widgets/number_format.h"
#include "widgets/stat_table.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kSideWidth = 248;
constexpr int kNegative = kSchemeColors - 1;  // the one that is no scheme's at first

enum Order { kByIndex, kSorted };

QVBoxLayout* makeColumn(QWidget* card) {
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    return layout;
}

}  // namespace

ActivationsPage::ActivationsPage(Workspace* workspace, Jobs* jobs, QWidget* parent)
    : Page(workspace, jobs, parent),
      profiling_(jobs),
      header_(new TensorHeader(this)),
      stack_(new QStackedLayout) {
    auto* filled = new QWidget(this);
    auto* upper = new QHBoxLayout;
    upper->setSpacing(kPageGap);
    upper->addWidget(makeHistogramCard(), 1);
    upper->addWidget(makeCurveCard(), 1);
    auto* views = new QVBoxLayout;
    views->setSpacing(kPageGap);
    views->addLayout(upper, 2);
    views->addWidget(makeMapCard(), 3);
    auto* content = new QHBoxLayout(filled);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(kPageGap);
    content->addLayout(views, 1);
    content->addWidget(makeSideCard());
    stack_->addWidget(filled);
    stack_->addWidget(makeNotice());

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kPageMargin, 8, kPageMargin, kPageMargin);
    layout->setSpacing(8);
    layout->addWidget(header_);
    layout->addLayout(stack_, 1);

    connect(workspace, &Workspace::modelChanged, this, &ActivationsPage::forget);
    connect(workspace, &Workspace::tensorChanged, this, &ActivationsPage::invalidate);
    connect(workspace, &Workspace::calibrationChanged, this,
            [this] { isVisible() ? invalidate() : forget(); });
}

QWidget* ActivationsPage::makeHistogramCard() {
    auto* card = new Card(this);
    histogramTitle_ = new QLabel(card);
    logCounts_ = new QCheckBox(card);
    logCounts_->setChecked(true);
    histogramHelp_ = new HelpButton(card);
    histogram_ = new HistogramPlot(card);
    histogram_->setLogarithmic(true);
    histogram_->setPowersOfTwo(true);
    histogram_->setFileName(QStringLiteral("activations"));
    QVBoxLayout* layout = makeColumn(card);
    layout->addLayout(makeCardHead(histogramTitle_, {logCounts_, histogramHelp_}));
    layout->addWidget(histogram_, 1);
    connect(logCounts_, &QCheckBox::toggled, histogram_, &HistogramPlot::setLogarithmic);
    connect(histogram_, &Plot::saveFailed, this, &ActivationsPage::tellSaveFailed);
    return card;
}

QWidget* ActivationsPage::makeCurveCard() {
    auto* card = new Card(this);
    curveTitle_ = new QLabel(card);
    order_ = new Choice(card);
    curveHelp_ = new HelpButton(card);
    curve_ = new CurvePlot(card);
    curve_->setFileName(QStringLiteral("activation-channels"));
    QVBoxLayout* layout = makeColumn(card);
    layout->addLayout(makeCardHead(curveTitle_, {order_, curveHelp_}));
    layout->addWidget(curve_, 1);
    connect(order_, &QComboBox::currentIndexChanged, this, [this](int index) {
        curve_->setOrder(index == kSorted ? CurvePlot::Order::descending : CurvePlot::Order::index);
        invalidate();
    });
    connect(curve_, &CurvePlot::channelClicked, this, &ActivationsPage::setChannel);
    connect(curve_, &Plot::saveFailed, this, &ActivationsPage::tellSaveFailed);
    return card;
}

QWidget* ActivationsPage::makeMapCard() {
    auto* card = new Card(this);
    sample_ = new SampleMap(jobs(), card);
    makeColumn(card)->addWidget(sample_);
    connect(sample_, &SampleMap::channelChosen, this, &ActivationsPage::setChannel);
    connect(sample_, &SampleMap::saveFailed, this, &ActivationsPage::tellSaveFailed);
    return card;
}

QWidget* ActivationsPage::makeSideCard() {
    auto* card = new Card(this);
    card->setFixedWidth(kSideWidth);
    statisticsTitle_ = new QLabel(card);
    statisticsHelp_ = new HelpButton(card);
    statistics_ = new StatTable(card);
    outliersTitle_ = new QLabel(card);
    outliersHelp_ = new HelpButton(card);
    outliersText_ = new QLabel(card);
    outliersText_->setWordWrap(true);
    setMuted(outliersText_);
    channels_ = new ChannelTable(this);
    outliers_ = new QTableView(card);
    outliers_->setModel(channels_);
    outliers_->setFrameShape(QFrame::NoFrame);
    outliers_->setShowGrid(false);
    outliers_->setSelectionBehavior(QAbstractItemView::SelectRows);
    outliers_->setSelectionMode(QAbstractItemView::SingleSelection);
    outliers_->setTabKeyNavigation(false);
    outliers_->setMinimumHeight(96);
    outliers_->verticalHeader()->hide();
    outliers_->verticalHeader()->setDefaultSectionSize(22);
    outliers_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outliers_->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    outliers_->horizontalHeader()->setSectionResizeMode(ChannelTable::kChannel,
                                                        QHeaderView::ResizeToContents);
    outliers_->horizontalHeader()->setHighlightSections(false);
    QVBoxLayout* layout = makeColumn(card);
    layout->addLayout(makeCardHead(statisticsTitle_, {statisticsHelp_}));
    layout->addWidget(statistics_);
    layout->addSpacing(8);
    layout->addLayout(makeCardHead(outliersTitle_, {outliersHelp_}));
    layout->addWidget(outliersText_);
    layout->addWidget(outliers_, 1);
    connect(outliers_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) {
                    setChannel(channels_->channel(current.row()));
                }
            });
    return card;
}

QWidget* ActivationsPage::makeNotice() {
    const CalibrateNotice notice = makeCalibrateNotice(this);
    notice_ = notice.text;
    calibrate_ = notice.button;
    connect(calibrate_, &QPushButton::clicked, this, &ActivationsPage::calibrateRequested);
    return notice.widget;
}

QString ActivationsPage::title() const { return tr("Activations"); }

QString ActivationsPage::description() const {
    return tr("What a linear reads on a calibration text: distribution, channels, outliers");
}

/// Why there is nothing to show; empty if there is.
QString ActivationsPage::notice() const {
    if (!workspace()->model() || !workspace()->tensor()) {
        return tensorNotice(*workspace());
    }
    if (!input_place(*workspace()->tensor())) {
        return tr(
            "This tensor is not a linear: it reads no activations. Choose a matrix of "
            "attention or of the MLP in the model tree.");
    }
    if (!workspace()->calibration()) {
        return workspace()->calibrating()
                   ? tr("Calibrating…")
                   : tr("What this matrix reads is not known yet: run the model over a text to "
                        "see it.");
    }
    if (!workspace()->calibration()->of(*workspace()->tensor())) {
        return tr("The calibration does not know this tensor's input.");
    }
    return {};
}

void ActivationsPage::refresh() {
    const QString text = notice();
    header_->setTensor(workspace()->tensor());
    header_->setVisible(workspace()->tensor() != nullptr);
    notice_->setText(text);
    calibrate_->setVisible(workspace()->tensor() && input_place(*workspace()->tensor()) &&
                           !workspace()->calibration() && !workspace()->calibrating());
    stack_->setCurrentIndex(text.isEmpty() ? 0 : 1);
    if (!text.isEmpty()) {
        profiling_.cancel();
        place_.reset();
        profile_.reset();
        sample_->setInput(nullptr, {});
        return;
    }
    const InputPlace place = *input_place(*workspace()->tensor());
    if (place_ != place || calibration_ != workspace()->calibration()) {
        startProfile(place);
    } else if (profile_) {
        fill();
    }
}

/// A hidden page keeps nothing of a calibration that is gone.
void ActivationsPage::forget() {
    profiling_.cancel();
    place_.reset();
    calibration_.reset();
    profile_.reset();
    channels_->setProfile(nullptr);
    sample_->setInput(nullptr, {});
    invalidate();
}

void ActivationsPage::startProfile(const InputPlace& place) {
    place_ = place;
    calibration_ = workspace()->calibration();
    sample_->setInput(calibration_, place);
    profiling_.start(
        Lane::interactive, tr("Look at activations"), this,
        [calibration = calibration_, place](const Progress&) {
            return activation_profile(calibration->inputs.at(place));
        },
        [this](const std::shared_ptr<const ActivationProfile>& profile) {
            profile_ = profile;
            channels_->setProfile(profile_);
            curve_->setMark(std::nullopt);
            curve_->setSeries({{.name = tr("largest |x|"),
                                .color = kOriginalColor,
                                .values = calibration_->inputs.at(*place_).max_abs}});
            invalidate();
        });
}

void ActivationsPage::fill() {
    histogram_->setSeries(
        {{.name = tr("x > 0"), .color = kOriginalColor, .histogram = profile_->positive},
         {.name = tr("x < 0"), .color = kNegative, .histogram = profile_->negative}});
    histogram_->setDescription(tr("Histogram of the activations"),
                               tr("%1 values with magnitudes up to %2, mean %3")
                                   .arg(formatCount(profile_->values()),
                                        formatNumber(static_cast<double>(profile_->max_abs)),
                                        formatNumber(profile_->mean_abs)));
    fillCurve();
    fillStatistics();
}

void ActivationsPage::fillCurve() {
    const bool sorted = order_->currentIndex() == kSorted;
    const QString channel = tr("input channel");
    curve_->setAxisTexts(sorted ? tr("%1, by rank").arg(channel) : channel, tr("largest |x|"));
    const ChannelPeak& first = profile_->peaks.front();
    curve_->setDescription(tr("Largest magnitude of every input channel"),
                           tr("Largest in channel %1: %2")
                               .arg(first.channel)
                               .arg(formatNumber(static_cast<double>(first.max_abs))));
}

/// The linears that read the same tensor as the current one.
QStringList ActivationsPage::sharingLinears() const {
    QStringList names;
    for (const ModelTensor& tensor : workspace()->model()->tensors()) {
        if (input_place(tensor) == place_) {
            names << roleTitle(tensor.role);
        }
    }
    return names;
}

void ActivationsPage::fillStatistics() {
    const QStringList readers = sharingLinears();
    QStringList shortReaders;  // "q, k, v": all of them are of one part of the block
    for (const QString& reader : readers) {
        shortReaders << reader.section(u' ', -1);
    }
    const QString separator = QStringLiteral(", ");
    const ActivationProfile& p = *profile_;
    const InputStatistics& input = calibration_->inputs.at(*place_);
    const auto largest = std::max_element(input.token_max.begin(), input.token_max.end());
    const std::int64_t token = largest - input.token_max.begin();
    const auto share = [&p](double count) {
        return count > 0 ? formatPercent(count / p.values(), 3) : formatExact(0);
    };
    statistics_->setRows(
        {{tr("read by"), shortReaders.join(separator), false,
          tr("Linears that read this input: %1").arg(readers.join(separator))},
         {tr("text"), calibrationTextTitle(calibration_->text), false, {}},
         {tr("tokens"), formatExact(p.tokens), false, {}},
         {tr("channels"), formatExact(p.channels), false, {}},
         {tr("mean |x|"), formatNumber(p.mean_abs, 4), false, {}},
         {tr("rms"), formatNumber(p.rms, 4), false, tr("Root of the mean square")},
         {tr("max |x|"), formatNumber(static_cast<double>(p.max_abs), 4), false, {}},
         {tr("at"),
          tr("sample %1, token %2")
              .arg(token / calibration_->context)
              .arg(token % calibration_->context),
          false, tr("The token with the largest magnitude, counted from 0")},
         {tr("|x| ≥ 6"), share(static_cast<double>(p.strong)), false,
          tr("Share of the values; from this magnitude on LLM.int8() keeps 16 bits")},
         {tr("near zero"), share(static_cast<double>(p.zeros)), false,
          tr("Share of the values whose magnitude is below 2⁻³², zeros among them")}});
    const auto outliers = static_cast<int>(p.outliers);
    outliersText_->setText(
        outliers > 0 ? tr("%n channel(s) reach six times the median channel's largest magnitude.",
                          nullptr, outliers)
                     : tr("No channel reaches six times the median channel's largest magnitude."));
}

void ActivationsPage::setChannel(int channel) {
    if (!profile_ || channel < 0 || channel >= profile_->channels || curve_->mark() == channel) {
        return;
    }
    curve_->setMark(channel);
    sample_->setChannel(channel);
    const QSignalBlocker once(outliers_->selectionModel());
    const int row = channels_->rowOf(channel);
    if (row >= 0) {
        outliers_->setCurrentIndex(channels_->index(row, 0));
    } else {
        outliers_->clearSelection();
    }
    outliers_->viewport()->update();
}

void ActivationsPage::retranslate() {
    calibrate_->setText(tr("Calibrate…"));
    calibrate_->setToolTip(tr("Run the model over a text"));
    histogramTitle_->setText(tr("Distribution"));
    logCounts_->setText(tr("log counts"));
    logCounts_->setToolTip(tr("Counts on a logarithmic axis"));
    histogram_->setAxisTexts(tr("magnitude |x|"), tr("values per bin"));
    histogramHelp_->setHelp(
        tr("Distribution of the activations"),
        tr("<p>How many values of the input have which magnitude, positive and negative ones "
           "apart, over all tokens of the calibration. The axis is logarithmic, eight bins an "
           "octave, so that the bulk and values a thousand times larger are seen together.</p>"
           "<p>A format with one scale for many values must reach the largest and still tell the "
           "bulk apart: the farther the right end lies from the hump, the harder that is. With "
           "eight bits the grid has 127 steps, seven octaves, up to the largest value.</p>"));
    curveTitle_->setText(tr("Channels"));
    order_->setTexts({tr("by index"), tr("sorted")});
    order_->describe(tr("Order of the channels"),
                     tr("In the order of the matrix, or from the largest down"));
    curveHelp_->setHelp(
        tr("Largest magnitude of every input channel"),
        tr("<p>The largest |x| of every input channel, over all tokens. Weights that meet a large "
           "channel matter more: an error in them is multiplied by it. AWQ scales such channels "
           "up before rounding, SmoothQuant moves their size into the weights.</p>"
           "<p>A click marks a channel in all views.</p>"));
    sample_->retranslate();
    statisticsTitle_->setText(tr("Statistics"));
    statistics_->setAccessibleName(tr("Statistics of the input"));
    statisticsHelp_->setHelp(
        tr("Statistics of the input"),
        tr("<p>Of all tokens of the calibration, measured on the original model. Linears that read "
           "the same tensor share them.</p>"));
    outliersTitle_->setText(tr("Outlier channels"));
    outliers_->setAccessibleName(tr("Outlier channels"));
    outliersHelp_->setHelp(
        tr("Outlier channels"),
        tr("<p>Transformers have a few channels that are far larger than all others, in the same "
           "places for nearly every token. LLM.int8() (Dettmers et al. 2022) calls a value an "
           "outlier from |x| = 6 on; that number fits models whose usual activations are about 1. "
           "Here a channel is an outlier if its largest magnitude is six times the median "
           "channel's; the last column gives the share of tokens by the paper's rule.</p>"));
    channels_->retranslate();
    if (profile_) {
        curve_->setSeries({{.name = tr("largest |x|"),
                            .color = kOriginalColor,
                            .values = calibration_->inputs.at(*place_).max_abs}});
    }
}

}  // namespace ql::gui
