#include "widgets/histogram_plot.h"

#include <QPointer>
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <qcustomplot.h>

#include "widgets/number_format.h"

namespace ql::gui {
namespace {

constexpr double kEmptyBin = 0.5;  // what an empty bin is drawn as on a log axis

bool sameBins(const ql::Histogram& one, const ql::Histogram& other) {
    return one.lo == other.lo && one.hi == other.hi && one.counts.size() == other.counts.size();
}

/// Fill of a series: strong enough to be told apart, weak enough to see through.
QColor fillColor(QColor color, int index) {
    color.setAlphaF(index == kOriginalColor ? 0.16f : 0.34f);
    return color;
}

/// Says 2^x of x: at powers of ten, unless less than two of them are seen.
class PowerTicker : public QCPAxisTicker {
  protected:
    QVector<double> createTickVector(double step, const QCPRange& range) override {
        const double decade = std::log2(10.0);
        if (range.size() < 2 * decade) {
            return QCPAxisTicker::createTickVector(step, range);
        }
        const double stride = std::ceil(range.size() / decade / tickCount()) * decade;
        QVector<double> ticks;
        for (double tick = std::ceil(range.lower / stride) * stride; tick <= range.upper;
             tick += stride) {
            ticks << tick;
        }
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        const double value = std::exp2(tick);
        const double exponent = std::log10(value);
        const bool power = std::fabs(exponent - std::round(exponent)) < 1e-9;
        return formatNumber(value, power ? 1 : 3);
    }
};

QCPItemText* makeCornerText(QCustomPlot* canvas, Qt::Alignment side) {
    auto* text = new QCPItemText(canvas);
    text->setLayer(QStringLiteral("overlay"));
    text->position->setType(QCPItemPosition::ptAxisRectRatio);
    text->position->setCoords(side & Qt::AlignLeft ? 0 : 1, 0);
    text->setPositionAlignment(side | Qt::AlignTop);
    text->setTextAlignment(side);
    text->setPadding(QMargins(2, 1, 2, 1));
    text->setSelectable(false);
    return text;
}

}  // namespace

HistogramPlot::HistogramPlot(QWidget* parent) : Plot(parent) {
    QCustomPlot* plot = canvas();
    gridTicks_ = plot->addGraph();
    gridTicks_->setLineStyle(QCPGraph::lsNone);
    gridTicks_->removeFromLegend();
    gridTicks_->setLayer(QStringLiteral("axes"));  // above the fills of the histograms
    belowText_ = makeCornerText(plot, Qt::AlignLeft);
    aboveText_ = makeCornerText(plot, Qt::AlignRight);
    setInteractive(Qt::Horizontal);
    plot->setInteraction(QCP::iSelectLegend);
    plot->legend->setSelectableParts(QCPLegend::spNone);
    plot->legend->setVisible(true);
    plot->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignTop);
    setCsvSource([this] { return csv(); });
    setFileName(QStringLiteral("histogram"));
    connect(plot, &QCustomPlot::legendClick, this, [this](QCPLegend*, QCPAbstractLegendItem* item) {
        auto* entry = qobject_cast<QCPPlottableLegendItem*>(item);
        if (entry == nullptr) return;
        const auto found = std::find(graphs_.begin(), graphs_.end(), entry->plottable());
        if (found != graphs_.end()) toggle(static_cast<int>(found - graphs_.begin()));
    });
    connect(plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange& range) { emit xRangeChanged(range.lower, range.upper); });
    setLogarithmic(false);
    retranslate();
}

void HistogramPlot::setSeries(std::vector<HistogramSeries> series) {
    for (const auto& one : series) {
        if (!sameBins(one.histogram, series.front().histogram)) {
            throw std::invalid_argument("histograms of one plot must have the same bins");
        }
    }
    const bool keepZoom = !series.empty() && !series_.empty() &&
                          sameBins(series.front().histogram, series_.front().histogram);
    series_ = std::move(series);
    rebuild();
    if (keepZoom) {
        fitCounts();
    } else {
        fit();
    }
}

void HistogramPlot::rebuild() {
    QCustomPlot* plot = canvas();
    for (QCPGraph* graph : graphs_) plot->removeGraph(graph);
    graphs_.clear();
    for (const HistogramSeries& one : series_) {
        const ql::Histogram& histogram = one.histogram;
        const auto bins = static_cast<int>(histogram.counts.size());
        QVector<double> x;
        QVector<double> y;
        x.reserve(bins + 2);
        y.reserve(bins + 2);
        const double width = histogram.bin_width();
        const double floor = log_ ? kEmptyBin : 0;
        // An empty bin at each end closes the outline.
        x << histogram.lo - width / 2;
        y << floor;
        for (int bin = 0; bin < bins; ++bin) {
            const auto count = static_cast<double>(histogram.counts[static_cast<std::size_t>(bin)]);
            x << histogram.lo + (bin + 0.5) * width;
            y << std::max(count, floor);
        }
        x << histogram.hi + width / 2;
        y << floor;
        QCPGraph* graph = plot->addGraph();
        graph->setData(x, y, true);
        graph->setLineStyle(QCPGraph::lsStepCenter);
        graph->setAntialiased(false);
        graph->setAntialiasedFill(false);
        graph->setAdaptiveSampling(true);
        graph->setSelectable(QCP::stNone);
        graph->setVisible(one.visible);
        graph->setName(one.name);
        graphs_.push_back(graph);
    }
    restyle(themeColors());
    updateTexts();
}

void HistogramPlot::restyle(const ThemeColors& colors) {
    if (gridTicks_ == nullptr) return;  // called by the base class before we are built
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
        const int index = series_[i].color;
        const QColor color = schemeColor(index, colors.dark);
        graphs_[i]->setPen(QPen(color, 1));
        graphs_[i]->setBrush(fillColor(color, index));
        if (QCPAbstractLegendItem* entry = canvas()->legend->itemWithPlottable(graphs_[i])) {
            entry->setTextColor(series_[i].visible ? colors.text : colors.muted);
            QFont font = entry->font();
            font.setStrikeOut(!series_[i].visible);
            entry->setFont(font);
        }
    }
    QCPScatterStyle tick(QCPScatterStyle::ssCustom);
    QPainterPath path;
    path.lineTo(0, -7);
    tick.setCustomPath(path);
    tick.setPen(QPen(schemeColor(gridColor_, colors.dark), 1.5));
    gridTicks_->setScatterStyle(tick);
    for (QCPItemText* text : {belowText_, aboveText_}) {
        text->setColor(colors.muted);
        text->setFont(smallFont(font()));
    }
}

void HistogramPlot::retranslate() {
    setAxisLabels(compact_           ? QString()
                  : xText_.isEmpty() ? tr("value")
                                     : xText_,
                  compact_           ? QString()
                  : yText_.isEmpty() ? tr("weights per bin")
                                     : yText_);
    updateTexts();
}

void HistogramPlot::updateTexts() {
    // The largest counts of any visible series: one that is clipped is enough to be told.
    std::uint64_t below = 0;
    std::uint64_t above = 0;
    for (const auto& one : series_) {
        if (!one.visible) continue;
        below = std::max(below, one.histogram.below);
        above = std::max(above, one.histogram.above);
    }
    //: how many values lie below the histogram's range, at its left end
    belowText_->setText(tr("◂ %1 below").arg(formatCount(static_cast<double>(below))));
    //: how many values lie above the histogram's range, at its right end
    aboveText_->setText(tr("%1 above ▸").arg(formatCount(static_cast<double>(above))));
    belowText_->setVisible(below > 0);
    aboveText_->setVisible(above > 0);
    // The legend stands in an upper corner, under the count.
    const bool counted = (powers_ ? below : above) > 0;
    const int top = counted && !compact_ ? QFontMetrics(smallFont(font())).height() + 2 : 0;
    canvas()->legend->setMargins(QMargins(4, 2 + top, 2, 2));
    replotLater();
}

void HistogramPlot::toggle(int index) {
    HistogramSeries& one = series_[static_cast<std::size_t>(index)];
    one.visible = !one.visible;
    graphs_[static_cast<std::size_t>(index)]->setVisible(one.visible);
    restyle(themeColors());
    updateTexts();
    emit visibilityChanged(index, one.visible);
}

void HistogramPlot::setLogarithmic(bool log) {
    log_ = log;
    setLogAxis(canvas()->yAxis, log);
    rebuild();
    fitCounts();
}

void HistogramPlot::setPowersOfTwo(bool powers) {
    powers_ = powers;
    setLogAxis(canvas()->xAxis, false);
    if (powers) {
        canvas()->xAxis->setTicker(QSharedPointer<QCPAxisTicker>(new PowerTicker));
    }
    // Magnitudes have their long tail at the left: there is room for the legend.
    canvas()->axisRect()->insetLayout()->setInsetAlignment(
        0, (powers ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
    updateTexts();
}

void HistogramPlot::setGridPoints(std::vector<double> values, int color) {
    gridPoints_ = std::move(values);
    gridColor_ = color;
    std::sort(gridPoints_.begin(), gridPoints_.end());
    restyle(themeColors());
    fitCounts();
}

void HistogramPlot::setCompact(bool compact) {
    compact_ = compact;
    canvas()->legend->setVisible(!compact);
    canvas()->xAxis->ticker()->setTickCount(compact ? 4 : 6);
    retranslate();
}

void HistogramPlot::setAxisTexts(const QString& x, const QString& y) {
    xText_ = x;
    yText_ = y;
    retranslate();
}

void HistogramPlot::setXRange(double lo, double hi) {
    if (lo == xLo() && hi == xHi()) return;
    canvas()->xAxis->setRange(lo, hi);
    replotLater();
}

double HistogramPlot::xLo() const { return canvas()->xAxis->range().lower; }
double HistogramPlot::xHi() const { return canvas()->xAxis->range().upper; }

void HistogramPlot::fit() {
    if (!series_.empty()) {
        const ql::Histogram& bins = series_.front().histogram;
        setXRange(bins.lo, bins.hi);
    }
    fitCounts();
}

void HistogramPlot::fitCounts() {
    std::uint64_t top = 1;
    for (const auto& one : series_) {
        for (const std::uint64_t count : one.histogram.counts) top = std::max(top, count);
    }
    const auto highest = static_cast<double>(top);
    const double low = log_ ? kEmptyBin : 0;
    canvas()->yAxis->setRange(low, log_ ? highest * 2 : highest * 1.08);
    const QVector<double> x(gridPoints_.begin(), gridPoints_.end());
    gridTicks_->setData(x, QVector<double>(x.size(), low), true);
    replotLater();
}

QString HistogramPlot::csv() const {
    QString text = QStringLiteral("bin_low,bin_high");
    for (const auto& one : series_) {
        QString name = one.name;
        text += QStringLiteral(",\"%1\"").arg(name.replace(u'"', QStringLiteral("\"\"")));
    }
    text += u'\n';
    if (series_.empty()) return text;
    const ql::Histogram& bins = series_.front().histogram;
    const auto edge = [this](double x) {
        return QString::number(powers_ ? std::exp2(x) : x, 'g', 9);
    };
    const auto line = [&](double lo, double hi, auto countOf) {
        text += edge(lo) + u',' + edge(hi);
        for (const auto& one : series_) text += u',' + QString::number(countOf(one.histogram));
        text += u'\n';
    };
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    line(-kInfinity, bins.lo, [](const ql::Histogram& h) { return h.below; });
    for (std::size_t bin = 0; bin < bins.counts.size(); ++bin) {
        const double lo = bins.lo + static_cast<double>(bin) * bins.bin_width();
        line(lo, lo + bins.bin_width(), [bin](const ql::Histogram& h) { return h.counts[bin]; });
    }
    line(bins.hi, kInfinity, [](const ql::Histogram& h) { return h.above; });
    return text;
}

}  // namespace ql::gui
