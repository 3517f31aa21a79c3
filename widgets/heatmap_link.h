#pragma once

#include <QObject>
#include <QPointer>
#include <vector>

namespace ql::gui {

class HeatmapView;

/// Keeps several heatmaps of the same matrix at the same place: pan, zoom, crosshair and current
/// cell of one go to all. Views may be destroyed at any time.
class HeatmapLink : public QObject {
    Q_OBJECT
  public:
    explicit HeatmapLink(QObject* parent = nullptr);
    void add(HeatmapView* view);
    void remove(HeatmapView* view);

  signals:
    /// The pointer is over this cell in one of the views.
    void hovered(qint64 row, qint64 col);
    void left();

  private:
    template <class Action>
    void forOthers(const HeatmapView* source, Action action);

    std::vector<QPointer<HeatmapView>> views_;
    bool busy_ = false;
};

}  // namespace ql::gui
