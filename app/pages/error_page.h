#pragma once

#include <QPoint>
#include <array>
#include <memory>
#include <optional>

#include "app/pages/error_finding.h"
#include "app/pages/map_choice.h"
#include "app/pages/page.h"
#include "app/workspace.h"

class QCheckBox;
class QLabel;
class QStackedLayout;
class QSplitter;
class QToolButton;

namespace ql::gui {

class BlockPanel;
class Callout;
class CellReader;
class Choice;
class ColorScale;
class ElidedLabel;
class FocusChoice;
class HeatmapView;
class HelpButton;
class MapFeed;
class TensorHeader;

/// The matrix itself as a map: of the error of the scheme in focus, or of weights and scales.
class ErrorPage : public Page {
    Q_OBJECT
  public:
    ErrorPage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    QString title() const override;
    QString description() const override;

    HeatmapView* map() const { return view_; }
    BlockPanel* blocks() const { return blocks_; }
    QString finding() const;
    /// Of the weight under the pointer, else of the current cell.
    QString cellLine() const;

  public slots:
    /// Makes a weight the current cell, zooming in if it could not be seen.
    void setCell(qint64 row, qint64 col);
    /// Opens the block inspector at the current cell, or closes it. Without a current cell it opens
    /// at the first weight that is seen.
    void inspectBlock(bool open);

  signals:
    /// Another current cell.
    void cellChosen(qint64 row, qint64 col);

  protected:
    void refresh() override;
    void retranslate() override;

  private:
    void showMap();
    void kindChosen();
    void mapChanged();
    void applyScale();
    void showNotice(const QString& text);
    void forget();
    QString resultNotice() const;
    void findError(const std::shared_ptr<const TensorRun>& run);
    void showFinding();
    void showCell();
    QString cellText(qint64 row, qint64 col) const;

    MapKind kind() const;
    HeatmapMode mode() const;

    TensorHeader* header_;
    FocusChoice* schemes_;
    Choice* kinds_;
    Choice* modes_;
    QCheckBox* log_;
    Choice* limits_;
    QToolButton* lock_;
    QToolButton* fit_;
    QToolButton* inspect_;
    HelpButton* help_;
    Callout* findingBox_;
    QStackedLayout* stack_;
    QLabel* notice_;
    HeatmapView* view_;
    BlockPanel* blocks_;
    QLabel* computing_;  ///< over the view while another map is made
    ColorScale* scale_;
    ElidedLabel* cellLine_;
    ElidedLabel* blockLine_;

    MapFeed* feed_;
    CellReader* reader_;
    JobSlot finding_;
    std::shared_ptr<const TensorRun> foundIn_;  ///< what found_ is about
    std::shared_ptr<const ErrorFinding> found_;
    std::array<HeatmapMode, kMapKinds.size()> modeOf_{};  ///< as last chosen, by kind
    double limit_ = 0;
    std::optional<QPoint> hovered_;
};

}  // namespace ql::gui
