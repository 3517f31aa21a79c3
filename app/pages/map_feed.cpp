#include "app/pages/map_feed.h"

#include <QRect>

#include "app/pages/map_choice.h"
#include "widgets/heatmap_view.h"

namespace ql::gui {

MapFeed::MapFeed(HeatmapView* view, Jobs* jobs, QObject* parent)
    : QObject(parent), view_(view), jobs_(jobs), making_(jobs) {
    connect(view_, &HeatmapView::tileRequested, this, &MapFeed::readTile);
}

void MapFeed::show(const MapSource& source) {
    if (source == wanted_) {
        return;
    }
    making_.cancel();
    if (source.rows != shown_.rows) {
        clear();
    }
    wanted_ = source;
    if (source.kind == MapKind::error) {
        // The run has made it; the alias keeps the whole run alive.
        adopt(source, {source.run, &source.run->error_map});
        return;
    }
    making_.start(
        Lane::interactive, tr("Draw a map: %1").arg(mapTitle(source.kind)), this,
        [source](const Progress& progress) {
            return map_pyramid(*source.rows, source.run.get(), source.kind, progress);
        },
        [this, source](const std::shared_ptr<const Pyramid>& pyramid) { adopt(source, pyramid); },
        [this](const Error& error) {
            clear();
            emit failed(error);
        });
}

void MapFeed::clear() {
    making_.cancel();
    jobs_->dropOf(this);
    wanted_ = {};
    shown_ = {};
    view_->setPyramid(nullptr);
}

void MapFeed::adopt(const MapSource& source, std::shared_ptr<const Pyramid> pyramid) {
    jobs_->dropOf(this);  // tiles of the map before
    shown_ = source;
    view_->setPyramid(std::move(pyramid));
    emit changed();
}

void MapFeed::readTile(const QRect& cells, quint64 generation) {
    jobs_->start(
        Lane::interactive, tr("Read weights"), this,
        [source = shown_, cells](const Progress& progress) {
            progress.check();
            return map_window(*source.rows, source.run.get(), source.kind, cells.top(),
                              cells.height(), cells.left(), cells.width());
        },
        [this, cells, generation](const std::shared_ptr<const std::vector<float>>& values) {
            view_->setTile(cells, *values, generation);
        },
        [this, cells, generation](const Error&) { view_->setTile(cells, {}, generation); });
}

}  // namespace ql::gui
