#pragma once

#include <QTimer>
#include <memory>
#include <optional>

#include "app/pages/method_view.h"
#include "core/run/gptq_sweep.h"
#include "widgets/heatmap_renderer.h"

class QLabel;
class QSlider;
class QToolButton;

namespace ql::gui {

class ColorScale;
class ElidedLabel;
class HeatmapView;
class HelpButton;

/// GPTQ column by column: a sample of rows as a map, of the errors that stay and of what they push
/// onto the columns that are still free.
class GptqView : public MethodView {
    Q_OBJECT
  public:
    GptqView(Jobs* jobs, QWidget* parent);

    bool applies(const Scheme& scheme) const override { return scheme.gptq.has_value(); }
    QString title() const override;
    MethodGap gap(const MethodSubject& subject) const override;
    void retranslate() override;

    HeatmapView* map() const { return map_; }
    /// How many columns are rounded in what is shown.
    QSlider* step() const { return step_; }
    QToolButton* playButton() const { return play_; }
    const GptqSweep* sweep() const { return sweep_.get(); }
    /// What the map shows; null while there is nothing.
    const SweepFrame* frame() const;
    QString facts() const;

  protected:
    MethodSubject relevant(MethodSubject subject) const override;
    void start() override;
    void forget() override;
    QString workingText() const override;
    void showStatus() override { showFacts(); }
    void hideEvent(QHideEvent* event) override;

  private:
    struct Watched;
    struct Drawn;

    QLayout* makeMap();
    void adopt(const std::shared_ptr<const Watched>& watched);
    void draw();
    void play(bool on);
    void advance();
    void showFacts();
    void showCell();
    QString cellText(qint64 row, qint64 col) const;
    QStringList damping() const;

    JobSlot watching_;
    JobSlot drawing_;
    QTimer timer_;
    std::shared_ptr<const GptqSweep> sweep_;
    std::shared_ptr<const Drawn> drawn_;
    bool busy_ = false;  ///< a frame is being made
    std::optional<QPoint> hovered_;

    QLabel* name_;
    QToolButton* fit_;
    HelpButton* help_;
    HeatmapView* map_;
    ColorScale* scale_;
    ElidedLabel* cell_;
    QToolButton* play_;
    QSlider* step_;
    QLabel* place_;
    QLabel* facts_;
    QLabel* note_;
};

}  // namespace ql::gui
