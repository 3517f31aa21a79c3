#include "widgets/scatter_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <qcustomplot.h>

namespace ql::gui {

std::vector<int> paretoFront(const std::vector<ScatterPoint>& points) {
    std::vector<int> order(points.size());
    std::iota(order.begin(), order.end(), 0);
    const auto at = [&](int i) -> const ScatterPoint& {
        return points[static_cast<std::size_t>(i)];
    };
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        return at(a).x != at(b).x ? at(a).x < at(b).x : at(a).y < at(b).y;
    });
    std::vector<int> front;
    double best = std::numeric_limits<double>::infinity();
    for (const int i : order) {
        if (!std::isfinite(at(i).x) || !(at(i).y < best)) continue;
        best = at(i).y;
        front.push_back(i);
    }
    return front;
}

ScatterPlot::ScatterPlot(QWidget* parent) : Plot(parent) {
    front_ = canvas()->addGraph();
    setCsvSource([this] { return csv(); });
    setFileName(QStringLiteral("trade-off"));
    connect(canvas(), &QCustomPlot::mouseRelease, this, [this](const QMouseEvent* event) {
        const int hit = event->button() == Qt::LeftButton ? nearest(event->pos()) : -1;
        if (hit >= 0) emit pointClicked(points_[static_cast<std::size_t>(hit)].id);
    });
    connect(canvas(), &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const int hit = nearest(event->pos());
        canvas()->setCursor(hit >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
        canvas()->setToolTip(hit >= 0 ? points_[static_cast<std::size_t>(hit)].name : QString());
    });
    connect(canvas(), &QCustomPlot::beforeReplot, this, &ScatterPlot::placeLabels);
    restyle(themeColors());
}

/// Each name beside its point, where it covers neither a point nor an earlier name.
void ScatterPlot::placeLabels() {
    constexpr double kDot = 8;
    std::vector<QRectF> taken;
    std::vector<QPointF> dots;
    for (const ScatterPoint& point : points_) {
        const QPointF dot(canvas()->xAxis->coordToPixel(point.x),
                          canvas()->yAxis->coordToPixel(point.y));
        dots.push_back(dot);
        taken.emplace_back(dot.x() - kDot / 2, dot.y() - kDot / 2, kDot, kDot);
    }
    const QFontMetricsF metrics(smallFont(font()));
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        QRectF box(0, 0, metrics.horizontalAdvance(points_[i].name) + 4, metrics.height());
        const QPointF& dot = dots[i];
        const auto centred = [&](double x, double y) {
            QRectF moved = box;
            moved.moveCenter(dot + QPointF(x, y));
            return moved;
        };
        const double side = box.width() / 2 + kDot;
        const double up = box.height() / 2 + kDot;
        const std::array<std::pair<Qt::Alignment, QRectF>, 4> places = {
            {{Qt::AlignLeft | Qt::AlignVCenter, centred(side, 0)},
             {Qt::AlignHCenter | Qt::AlignBottom, centred(0, -up)},
             {Qt::AlignHCenter | Qt::AlignTop, centred(0, up)},
             {Qt::AlignRight | Qt::AlignVCenter, centred(-side, 0)}}};
        const auto free = [&](const auto& place) {
            return std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) {
                return other.intersects(place.second);
            });
        };
        auto chosen = std::find_if(places.begin(), places.end(), free);
        if (chosen == places.end()) chosen = places.begin();
        labels_[i]->setPositionAlignment(chosen->first);
        taken.push_back(chosen->second);
    }
}

void ScatterPlot::setPoints(std::vector<ScatterPoint> points) {
    const bool first = points_.empty();
    points_ = std::move(points);
    rebuild();
    if (first) fit();
}

void ScatterPlot::setLogarithmicY(bool log) {
    logY_ = log;
    setLogAxis(canvas()->yAxis, log);
    fit();
}

void ScatterPlot::rebuild() {
    QCustomPlot* plot = canvas();
    for (QCPErrorBars* bars : bars_) plot->removePlottable(bars);
    for (QCPGraph* graph : graphs_) plot->removeGraph(graph);
    for (QCPItemText* label : labels_) plot->removeItem(label);
    bars_.clear();
    graphs_.clear();
    labels_.clear();
    QVector<double> x;
    QVector<double> y;
    for (const int i : paretoFront(points_)) {
        x << points_[static_cast<std::size_t>(i)].x;
        y << points_[static_cast<std::size_t>(i)].y;
    }
    front_->setData(x, y, true);
    for (const ScatterPoint& point : points_) {
        QCPGraph* graph = plot->addGraph();
        graph->setData({point.x}, {point.y}, true);
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setSelectable(QCP::stNone);
        graphs_.push_back(graph);
        if (point.yError > 0) {
            auto* bars = new QCPErrorBars(plot->xAxis, plot->yAxis);
            bars->setDataPlottable(graph);
            bars->setData({point.yError});
            bars->setSymbolGap(10);
            bars->removeFromLegend();
            bars_.push_back(bars);
        }
        auto* label = new QCPItemText(plot);
        label->position->setCoords(point.x, point.y);
        label->setText(point.name);
        label->setPadding(QMargins(9, 7, 9, 7));
        label->setSelectable(false);
        labels_.push_back(label);
    }
    restyle(themeColors());
    replotLater();
}

void ScatterPlot::restyle(const ThemeColors& colors) {
    if (front_ == nullptr) return;  // called by the base class before we are built
    front_->setPen(QPen(colors.muted, 1, Qt::DashLine));
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
        const QColor color = schemeColor(points_[i].color, colors.dark);
        const QPen ring = points_[i].selected ? QPen(colors.text, 2) : QPen(Qt::NoPen);
        graphs_[i]->setPen(Qt::NoPen);
        graphs_[i]->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, ring, color, 11));
        labels_[i]->setColor(colors.text);
        labels_[i]->setFont(smallFont(font()));
    }
    for (QCPErrorBars* bars : bars_) bars->setPen(QPen(colors.muted));
}

int ScatterPlot::nearest(const QPointF& position) const {
    constexpr double kReach = 10;
    int found = -1;
    double best = kReach;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const double x = canvas()->xAxis->coordToPixel(points_[i].x) - position.x();
        const double y = canvas()->yAxis->coordToPixel(points_[i].y) - position.y();
        if (std::hypot(x, y) < best) {
            best = std::hypot(x, y);
            found = static_cast<int>(i);
        }
    }
    return found;
}

void ScatterPlot::fit() {
    double left = HUGE_VAL;
    double right = -HUGE_VAL;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (const ScatterPoint& point : points_) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y) || (logY_ && point.y <= 0)) continue;
        left = std::min(left, point.x);
        right = std::max(right, point.x);
        low = std::min(low, point.y);
        high = std::max(high, point.y);
    }
    if (!(left <= right)) return;
    const double x = std::max(right - left, 0.1 * std::abs(right));
    canvas()->xAxis->setRange(left - 0.08 * x, right + 0.2 * x);  // room for the last name
    if (logY_) {
        const double factor = std::pow(std::max(high / low, 2.0), 0.12);
        canvas()->yAxis->setRange(low / factor, high * factor);
    } else {
        const double y = std::max(high - low, 0.1 * std::abs(high));
        canvas()->yAxis->setRange(low - 0.12 * y, high + 0.12 * y);
    }
    replotLater();
}

QString ScatterPlot::csv() const {
    QString text = QStringLiteral("name,x,y,y_error\n");
    for (const ScatterPoint& point : points_) {
        QString name = point.name;
        text += QStringLiteral("\"%1\",%2,%3,%4\n")
                    .arg(name.replace(u'"', QStringLiteral("\"\"")))
                    .arg(point.x, 0, 'g', 9)
                    .arg(point.y, 0, 'g', 9)
                    .arg(point.yError, 0, 'g', 9);
    }
    return text;
}

}  // namespace ql::gui
