#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/jobs.h"
#include "core/run/tensor_run.h"
#include "core/tensor/row_source.h"

class QRect;

namespace ql::gui {

class HeatmapView;

/// What a heatmap shows: a map of a tensor under a scheme. Original weights need no run.
struct MapSource {
    std::shared_ptr<const RowSource> rows;
    std::shared_ptr<const TensorRun> run;
    MapKind kind = MapKind::error;

    bool operator==(const MapSource&) const = default;
};

/// Feeds one HeatmapView: makes pyramids of maps, and reads the tiles that the view asks for, all
/// in jobs. While another map of the same tensor is being made, the old one stays (busy()).
class MapFeed : public QObject {
    Q_OBJECT
  public:
    MapFeed(HeatmapView* view, Jobs* jobs, QObject* parent);

    void show(const MapSource& source);
    void clear();
    /// What the view shows now; without rows: nothing.
    const MapSource& shown() const { return shown_; }
    bool busy() const { return wanted_ != shown_; }

  signals:
    /// The view shows what was asked for; limits of the colours are to be set.
    void changed();
    /// The map could not be made, or the user stopped it: the view is empty, and the next show()
    /// tries again.
    void failed(const ql::Error& error);

  private:
    void adopt(const MapSource& source, std::shared_ptr<const Pyramid> pyramid);
    void readTile(const QRect& cells, quint64 generation);

    HeatmapView* view_;
    Jobs* jobs_;
    JobSlot making_;
    MapSource wanted_;
    MapSource shown_;
};

}  // namespace ql::gui
