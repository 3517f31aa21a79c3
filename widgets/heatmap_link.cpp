#include "widgets/heatmap_link.h"

#include <algorithm>

#include "widgets/heatmap_view.h"

namespace ql::gui {

HeatmapLink::HeatmapLink(QObject* parent) : QObject(parent) {}

template <class Action>
void HeatmapLink::forOthers(const HeatmapView* source, Action action) {
    if (busy_) return;  // an echo of our own change
    busy_ = true;
    for (const auto& view : views_) {
        if (view && view != source) action(*view);
    }
    busy_ = false;
}

void HeatmapLink::add(HeatmapView* view) {
    const auto same = [view](const HeatmapView& other) {
        return other.rows() == view->rows() && other.cols() == view->cols();
    };
    for (const auto& other : views_) {
        if (other && other != view && same(*other)) {
            view->setViewRange(other->viewRange());
            break;
        }
    }
    views_.emplace_back(view);
    connect(view, &HeatmapView::viewRangeChanged, this, [this, view, same](const QRectF& range) {
        forOthers(view, [&](HeatmapView& other) {
            if (same(other)) other.setViewRange(range);
        });
    });
    connect(view, &HeatmapView::currentCellChanged, this,
            [this, view, same](qint64 row, qint64 col) {
                forOthers(view, [&](HeatmapView& other) {
                    if (same(other))
                        other.setCurrentCell(QPoint(static_cast<int>(col), static_cast<int>(row)));
                });
            });
    connect(view, &HeatmapView::hovered, this, [this, view, same](qint64 row, qint64 col) {
        forOthers(view, [&](HeatmapView& other) {
            if (same(other))
                other.setCrosshair(QPoint(static_cast<int>(col), static_cast<int>(row)));
        });
        emit hovered(row, col);
    });
    connect(view, &HeatmapView::left, this, [this, view] {
        forOthers(view, [](HeatmapView& other) { other.setCrosshair(std::nullopt); });
        emit left();
    });
}

void HeatmapLink::remove(HeatmapView* view) {
    view->disconnect(this);
    views_.erase(std::remove(views_.begin(), views_.end(), view), views_.end());
}

}  // namespace ql::gui
