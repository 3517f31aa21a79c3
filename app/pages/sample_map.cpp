#include "app/pages/sample_map.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/controls.h"
#include "app/jobs.h"
#include "app/pages/map_choice.h"
#include "app/pages/map_feed.h"
#include "core/files/escape.h"
#include "widgets/color_scale.h"
#include "widgets/heatmap_view.h"
#include "widgets/help_button.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

/// The kept rows of an input; keeps the calibration alive.
class SampleRows final : public RowSource {
  public:
    SampleRows(std::shared_ptr<const Calibration> calibration, const InputStatistics& input)
        : RowSource(static_cast<std::int64_t>(calibration->sampled.size()), input.channels()),
          calibration_(std::move(calibration)),
          rows_(input.sample.data(), rows(), cols()) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        rows_.read(first, count, out);
    }

  private:
    std::shared_ptr<const Calibration> calibration_;
    MemoryRows rows_;
};

}  // namespace

SampleMap::SampleMap(Jobs* jobs, QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      log_(new QCheckBox(this)),
      fit_(new QToolButton(this)),
      help_(new HelpButton(this)),
      view_(new HeatmapView(this)),
      scale_(new ColorScale(this)),
      cell_(new ElidedLabel(this)),
      feed_(new MapFeed(view_, jobs, this)) {
    fit_->setIcon(icon(QStringLiteral("fit")));
    fit_->setAutoRaise(true);
    fit_->setFocusPolicy(Qt::TabFocus);
    view_->setAxesVisible(true);
    view_->setMode(HeatmapMode::magnitude);
    view_->setFileName(QStringLiteral("activations"));
    view_->setCellText([this](qint64 row, qint64 col) { return cellText(row, col); });

    auto* across = new QHBoxLayout;
    across->setSpacing(8);
    across->addWidget(view_, 1);
    auto* beside = new QVBoxLayout;  // the bar ends where the matrix ends
    beside->addWidget(scale_, 1);
    beside->addSpacing(view_->height() - view_->matrixRect().bottom() - 1);
    across->addLayout(beside);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(makeCardHead(title_, {log_, fit_, help_}));
    layout->addLayout(across, 1);
    layout->addWidget(cell_);

    connect(log_, &QCheckBox::toggled, this, &SampleMap::mapArrived);
    connect(fit_, &QToolButton::clicked, view_, &HeatmapView::fit);
    connect(feed_, &MapFeed::changed, this, &SampleMap::mapArrived);
    connect(view_, &HeatmapView::saveFailed, this, &SampleMap::saveFailed);
    connect(view_, &HeatmapView::hovered, this, [this](qint64 row, qint64 col) {
        hovered_ = QPoint(static_cast<int>(col), static_cast<int>(row));
        showCell();
    });
    connect(view_, &HeatmapView::left, this, [this] {
        hovered_.reset();
        showCell();
    });
    connect(view_, &HeatmapView::currentCellChanged, this, [this](qint64 /*row*/, qint64 col) {
        showCell();
        emit channelChosen(static_cast<int>(col));
    });
}

void SampleMap::setInput(std::shared_ptr<const Calibration> calibration, const InputPlace& place) {
    const InputStatistics* input = nullptr;
    if (calibration) {
        const auto found = calibration->inputs.find(place);
        input = found == calibration->inputs.end() ? nullptr : &found->second;
    }
    if (input == input_ && calibration == calibration_) {
        return;
    }
    calibration_ = std::move(calibration);
    input_ = input;
    channel_.reset();
    hovered_.reset();
    view_->setMark({});
    if (input_ == nullptr || input_->sample.empty()) {
        feed_->clear();
    } else {
        feed_->show(
            {std::make_shared<SampleRows>(calibration_, *input_), nullptr, MapKind::original});
    }
    showCell();
}

void SampleMap::mapArrived() {
    if (view_->pyramid() == nullptr || feed_->busy()) {
        return;
    }
    const double limit = colorLimit(*view_->pyramid(), HeatmapMode::magnitude, LimitRule::clip);
    const ValueScale scale = colorScale(HeatmapMode::magnitude, limit, log_->isChecked());
    view_->setMode(HeatmapMode::magnitude);
    view_->setScale(scale);
    scale_->setScale(scale);
    if (channel_) {
        setChannel(channel_);
    }
}

void SampleMap::setChannel(std::optional<int> channel) {
    channel_ = channel;
    if (!channel || view_->pyramid() == nullptr) {
        view_->setMark({});
        return;
    }
    view_->setMark(QRect(*channel, 0, 1, static_cast<int>(view_->rows())));
    QRectF range = view_->viewRange();
    if (*channel < range.left() || *channel + 1 > range.right()) {
        range.moveCenter({*channel + 0.5, range.center().y()});
        view_->setViewRange(range);
    }
}

QString SampleMap::cellText(qint64 row, qint64 col) const {
    if (input_ == nullptr || input_->sample.empty()) {
        return {};
    }
    const auto at = static_cast<std::size_t>(row * input_->channels() + col);
    const std::int64_t token = calibration_->sampled[static_cast<std::size_t>(row)];
    const QString value = formatNumber(static_cast<double>(input_->sample[at]), 4);
    const QString place = tr("sample %1, token %2")
                              .arg(token / calibration_->context)
                              .arg(token % calibration_->context);
    if (calibration_->sampled_texts.empty()) {
        return tr("channel %1 · %2 · x = %3").arg(col).arg(place, value);
    }
    const std::string& text = calibration_->sampled_texts[static_cast<std::size_t>(row)];
    //: a channel, where a token stands, its text, a value
    return tr("channel %1 · %2, %3 · x = %4")
        .arg(col)
        .arg(place, QString::fromStdString(in_quotes(text)), value);
}

QString SampleMap::cellLine() const { return cell_->text(); }

void SampleMap::showCell() {
    const std::optional<QPoint> cell = hovered_ ? hovered_ : view_->currentCell();
    cell_->setText(cell && view_->pyramid() != nullptr
                       ? cellText(cell->y(), cell->x())
                       : tr("Point at a cell to read its value; a click chooses its channel."));
}

void SampleMap::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        showCell();
    }
    QWidget::changeEvent(event);
}

void SampleMap::retranslate() {
    title_->setText(tr("Tokens × channels"));
    log_->setText(tr("log colours"));
    log_->setToolTip(tr("Colours on a logarithmic scale"));
    fit_->setToolTip(tr("Show the whole map (0)"));
    fit_->setAccessibleName(tr("Show the whole map"));
    scale_->setTexts(QStringLiteral("|x|"), limitTitle(LimitRule::clip));
    view_->setAccessibleName(tr("Map of tokens and channels"));
    help_->setHelp(
        tr("Tokens × channels"),
        tr("<p>A row for each of the sampled tokens, a column for each input channel; bright is a "
           "large magnitude. The tokens are drawn evenly from the whole text, always the same "
           "ones.</p>"
           "<p><b>Bright columns</b> are outlier channels: they are large for nearly every token, "
           "so that a scale for each token does not help, but scaling the channel (SmoothQuant, "
           "AWQ) does. <b>Bright rows</b> are single tokens, often the first of a text or a full "
           "stop.</p>"));
    showCell();
}

}  // namespace ql::gui
