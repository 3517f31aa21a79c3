#include "widgets/curve_plot.h"

#include <QApplication>
#include <QMouseEvent>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <qcustomplot.h>

namespace ql::gui {
namespace {

std::vector<int> rankingOf(const std::vector<float>& values) {
    std::vector<int> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
    });
    return order;
}

}  // namespace

CurvePlot::CurvePlot(QWidget* parent) : Plot(parent), markLine_(new QCPItemStraightLine(canvas())) {
    QCustomPlot* plot = canvas();
    markLine_->setSelectable(false);
    markLine_->setVisible(false);
    setInteractive(Qt::Horizontal);
    plot->axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignRight | Qt::AlignTop);
    setCsvSource([this] { return csv(); });
    setFileName(QStringLiteral("channels"));
    connect(plot, &QCustomPlot::mousePress, this, [this](const QMouseEvent* event) {
        if (event->button() == Qt::LeftButton) pressed_ = event->pos();
    });
    connect(plot, &QCustomPlot::mouseRelease, this, [this](const QMouseEvent* event) {
        // The second release of a double click has no press of its own.
        const auto pressed = std::exchange(pressed_, std::nullopt);
        if (pressed &&
            (event->pos() - *pressed).manhattanLength() < QApplication::startDragDistance())
            click(*pressed);
    });
}

void CurvePlot::click(const QPoint& position) {
    if (series_.empty() || !canvas()->axisRect()->rect().contains(position)) return;
    const int place = static_cast<int>(std::lround(canvas()->xAxis->pixelToCoord(position.x())));
    if (place < 0 || place >= static_cast<int>(series_.front().values.size())) return;
    emit channelClicked(order_ == Order::index ? place : ranking_[static_cast<std::size_t>(place)]);
}

void CurvePlot::setSeries(std::vector<CurveSeries> series) {
    series_ = std::move(series);
    rebuild();
    fit();
}

void CurvePlot::setOrder(Order order) {
    order_ = order;
    rebuild();
    fit();
}

void CurvePlot::setLogarithmic(bool log) {
    log_ = log;
    fit();  // first: a logarithmic axis needs a range above zero
    setLogAxis(canvas()->yAxis, log);
}

void CurvePlot::setMark(std::optional<int> channel) {
    mark_ = channel;
    placeMark();
}

void CurvePlot::placeMark() {
    const auto place = std::find(ranking_.begin(), ranking_.end(), mark_.value_or(-1));
    markLine_->setVisible(place != ranking_.end());
    if (markLine_->visible()) {
        const double x = order_ == Order::index ? *mark_ : double(place - ranking_.begin());
        markLine_->point1->setCoords(x, 0);
        markLine_->point2->setCoords(x, 1);
    }
    replotLater();
}

void CurvePlot::setAxisTexts(const QString& x, const QString& y) { setAxisLabels(x, y); }

void CurvePlot::rebuild() {
    QCustomPlot* plot = canvas();
    for (QCPGraph* graph : graphs_) plot->removeGraph(graph);
    graphs_.clear();
    ranking_ = series_.empty() ? std::vector<int>() : rankingOf(series_.front().values);
    for (const CurveSeries& one : series_) {
        std::vector<float> values = one.values;
        if (order_ == Order::descending) std::sort(values.begin(), values.end(), std::greater<>());
        if (order_ == Order::first) {
            std::transform(ranking_.begin(), ranking_.end(), values.begin(), [&](int channel) {
                return one.values[static_cast<std::size_t>(channel)];
            });
        }
        QVector<double> x(static_cast<qsizetype>(values.size()));
        std::iota(x.begin(), x.end(), 0.0);
        QCPGraph* graph = plot->addGraph();
        graph->setData(x, QVector<double>(values.begin(), values.end()), true);
        graph->setName(one.name);
        graph->setSelectable(QCP::stNone);
        graphs_.push_back(graph);
    }
    plot->legend->setVisible(series_.size() > 1);
    restyle(themeColors());
    placeMark();
}

void CurvePlot::restyle(const ThemeColors& colors) {
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
        graphs_[i]->setPen(QPen(schemeColor(series_[i].color, colors.dark), 1.2));
    }
    markLine_->setPen(QPen(colors.accent, 1, Qt::DashLine));
}

void CurvePlot::fit() {
    std::size_t channels = 1;
    double low = HUGE_VAL;
    double high = 0;
    double least = HUGE_VAL;  // above zero
    for (const CurveSeries& one : series_) {
        channels = std::max(channels, one.values.size());
        for (const double value : one.values) {
            if (!std::isfinite(value)) continue;
            high = std::max(high, value);
            low = std::min(low, value);
            if (value > 0) least = std::min(least, value);
        }
    }
    const auto last = static_cast<double>(channels) - 1;
    canvas()->xAxis->setRange(-0.01 * last - 0.5, 1.01 * last + 0.5);
    if (!(high > 0)) high = 1;
    if (log_) {
        canvas()->yAxis->setRange(std::min(least, high) / 1.3, high * 1.3);
    } else {
        canvas()->yAxis->setRange(std::min(0.0, std::isfinite(low) ? low * 1.08 : 0.0),
                                  high * 1.08);
    }
    replotLater();
}

QString CurvePlot::csv() const {
    QString text = QStringLiteral("channel");
    std::size_t channels = 0;
    for (const CurveSeries& one : series_) {
        QString name = one.name;
        text += QStringLiteral(",\"%1\"").arg(name.replace(u'"', QStringLiteral("\"\"")));
        channels = std::max(channels, one.values.size());
    }
    text += u'\n';
    for (std::size_t channel = 0; channel < channels; ++channel) {
        text += QString::number(channel);
        for (const CurveSeries& one : series_) {
            text += u',';
            if (channel < one.values.size()) text += QString::number(one.values[channel], 'g', 9);
        }
        text += u'\n';
    }
    return text;
}

}  // namespace ql::gui
