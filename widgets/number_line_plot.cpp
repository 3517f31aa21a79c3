#include "widgets/number_line_plot.h"

#include <QMouseEvent>
#include <algorithm>

#include <qcustomplot.h>

namespace ql::gui {

namespace {

QCPItemStraightLine* makeLine(QCustomPlot* canvas) {
    auto* line = new QCPItemStraightLine(canvas);
    line->setSelectable(false);
    line->setVisible(false);
    return line;
}

void place(QCPItemStraightLine* line, double x) {
    line->point1->setCoords(x, 0);
    line->point2->setCoords(x, 1);
    line->setVisible(true);
}

}  // namespace

NumberLinePlot::NumberLinePlot(QWidget* parent)
    : HistogramPlot(parent),
      limits_{makeLine(canvas()), makeLine(canvas())},
      mark_(makeLine(canvas())) {
    setFileName(QStringLiteral("number-line"));
    connect(canvas(), &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        if (event->buttons() == Qt::NoButton && !positions_.empty()) {
            setCurrent(nearest(canvas()->xAxis->pixelToCoord(event->position().x())));
        }
    });
}

int NumberLinePlot::nearest(double x) const {
    const auto right = std::lower_bound(positions_.begin(), positions_.end(), x);
    if (right == positions_.begin()) {
        return 0;
    }
    const auto left = right - 1;
    const bool takeRight = right != positions_.end() && *right - x < x - *left;
    return static_cast<int>((takeRight ? right : left) - positions_.begin());
}

void NumberLinePlot::setValues(std::vector<double> positions, const std::vector<double>& limits,
                               int color) {
    positions_ = std::move(positions);
    for (std::size_t i = 0; i < limits_.size(); ++i) {
        limits_[i]->setVisible(i < limits.size());
        if (i < limits.size()) {
            place(limits_[i], limits[i]);
        }
    }
    setGridPoints(positions_, color);
    setCurrent(std::nullopt);
}

void NumberLinePlot::setCurrent(std::optional<int> index) {
    if (index && (*index < 0 || *index >= static_cast<int>(positions_.size()))) {
        index.reset();
    }
    mark_->setVisible(false);
    if (index) {
        place(mark_, positions_[static_cast<std::size_t>(*index)]);
    }
    replotLater();
    if (current_ != index) {
        current_ = index;
        emit currentChanged();
    }
}

void NumberLinePlot::restyle(const ThemeColors& colors) {
    HistogramPlot::restyle(colors);
    for (QCPItemStraightLine* limit : limits_) {
        limit->setPen(QPen(colors.warning, 1, Qt::DashLine));
    }
    mark_->setPen(QPen(colors.accent, 1));
}

bool NumberLinePlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == canvas() && event->type() == QEvent::Leave) {
        setCurrent(std::nullopt);
    }
    return HistogramPlot::eventFilter(watched, event);
}

}  // namespace ql::gui
