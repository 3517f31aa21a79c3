#pragma once

#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "core/model/calibration/calibration.h"

class QCheckBox;
class QLabel;
class QToolButton;

namespace ql::gui {

class ColorScale;
class ElidedLabel;
class HeatmapView;
class HelpButton;
class Jobs;
class MapFeed;

/// The sampled tokens of an input as a map: a row for each token, a column for each channel.
class SampleMap : public QWidget {
    Q_OBJECT
  public:
    explicit SampleMap(Jobs* jobs, QWidget* parent = nullptr);

    /// Null: nothing.
    void setInput(std::shared_ptr<const Calibration> calibration, const InputPlace& place);
    /// A frame around a channel, scrolled to.
    void setChannel(std::optional<int> channel);
    HeatmapView* view() const { return view_; }
    QString cellLine() const;
    void retranslate();

  signals:
    void channelChosen(int channel);
    void saveFailed(const QString& path, const QString& problem);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void mapArrived();
    void showCell();
    QString cellText(qint64 row, qint64 col) const;

    std::shared_ptr<const Calibration> calibration_;
    const InputStatistics* input_ = nullptr;  ///< of calibration_
    std::optional<int> channel_;
    std::optional<QPoint> hovered_;
    QLabel* title_;
    QCheckBox* log_;
    QToolButton* fit_;
    HelpButton* help_;
    HeatmapView* view_;
    ColorScale* scale_;
    ElidedLabel* cell_;
    MapFeed* feed_;
};

}  // namespace ql::gui
