#include "widgets/line_plot.h"

#include <algorithm>

#include <qcustomplot.h>

namespace ql::gui {

namespace {

constexpr std::size_t kMarkedPoints = 40;

}  // namespace

LinePlot::LinePlot(QWidget* parent) : Plot(parent) {
    // Beside the curves, which go everywhere.
    canvas()->plotLayout()->addElement(0, 1, canvas()->legend);
    canvas()->plotLayout()->setColumnStretchFactor(1, 0.001);
    setCsvSource([this] { return csv(); });
    const auto chosen = [this] { zoomed_ = true; };
    connect(canvas(), &QCustomPlot::mouseWheel, this, chosen);
    connect(canvas(), &QCustomPlot::mouseMove, this, [chosen](const QMouseEvent* event) {
        if (event->buttons() != Qt::NoButton) {
            chosen();
        }
    });
}

void LinePlot::setSeries(std::vector<LineSeries> series) {
    for (QCPGraph* graph : graphs_) {
        canvas()->removeGraph(graph);
    }
    graphs_.clear();
    series_ = std::move(series);
    for (const LineSeries& one : series_) {
        QCPGraph* graph = canvas()->addGraph();
        graph->setData(QVector<double>(one.x.begin(), one.x.end()),
                       QVector<double>(one.y.begin(), one.y.end()), true);
        graph->setName(one.name);
        graph->setSelectable(QCP::stNone);
        graphs_.push_back(graph);
    }
    canvas()->legend->setVisible(series_.size() > 1);
    restyle(themeColors());
    if (!zoomed_) {
        fit();
    }
    replotLater();
}

void LinePlot::restyle(const ThemeColors& colors) {
    for (std::size_t i = 0; i < graphs_.size(); ++i) {
        const QColor color = schemeColor(series_[i].color, colors.dark);
        if (series_[i].ringed) {
            graphs_[i]->setLineStyle(QCPGraph::lsNone);
            graphs_[i]->setScatterStyle(
                QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color, 2), Qt::NoBrush, 11));
            continue;
        }
        graphs_[i]->setPen(QPen(color, 1.5));
        const bool few = series_[i].x.size() <= kMarkedPoints;
        graphs_[i]->setScatterStyle(few ? QCPScatterStyle(QCPScatterStyle::ssDisc, color, color, 4)
                                        : QCPScatterStyle());
    }
}

void LinePlot::fit() {
    zoomed_ = false;
    double lowX = HUGE_VAL;
    double highX = -HUGE_VAL;
    double lowY = HUGE_VAL;
    double highY = -HUGE_VAL;
    for (const LineSeries& one : series_) {
        for (std::size_t i = 0; i < one.x.size(); ++i) {
            lowX = std::min(lowX, one.x[i]);
            highX = std::max(highX, one.x[i]);
            lowY = std::min(lowY, one.y[i]);
            highY = std::max(highY, one.y[i]);
        }
    }
    if (lowX > highX) {
        return;
    }
    const double marginX = std::max(0.02 * (highX - lowX), 1e-9);
    const double marginY = std::max(0.08 * (highY - lowY), 1e-3 * std::max(1.0, highY));
    canvas()->xAxis->setRange(lowX - marginX, highX + marginX);
    canvas()->yAxis->setRange(lowY - marginY, highY + marginY);
    replotLater();
}

QString LinePlot::csv() const {
    QString text = QStringLiteral("series,x,y\n");
    for (const LineSeries& one : series_) {
        QString name = one.name;
        name.replace(u'"', QStringLiteral("\"\""));
        for (std::size_t i = 0; i < one.x.size(); ++i) {
            text += QStringLiteral("\"%1\",%2,%3\n")
                        .arg(name, QString::number(one.x[i], 'g', 9),
                             QString::number(one.y[i], 'g', 9));
        }
    }
    return text;
}

}  // namespace ql::gui
