#pragma once

#include <QHash>
#include <QList>
#include <QPoint>
#include <QSet>
#include <optional>

#include "app/pages/map_choice.h"
#include "app/pages/page.h"

class QCheckBox;
class QHBoxLayout;
class QLabel;
class QScrollArea;
class QStackedLayout;
class QToolButton;

namespace ql::gui {

class Choice;
class ColorScale;
class CompareColumn;
class ComparisonTable;
class ElidedLabel;
class HeatmapLink;
class HelpButton;
class TensorHeader;

/// All enabled schemes side by side: the whole model as a table, and below it one column per scheme
/// on the current tensor, with one colour scale for all maps and linked views.
class ComparePage : public Page {
    Q_OBJECT
  public:
    ComparePage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);

    QString title() const override;
    QString description() const override;

    ComparisonTable* table() const { return table_; }
    const QList<CompareColumn*>& columns() const { return columns_; }

  signals:
    /// A weight was clicked in one of the maps.
    void cellChosen(qint64 row, qint64 col);

  protected:
    void refresh() override;
    void retranslate() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void syncColumns();
    CompareColumn* makeColumn();
    void mapChanged(CompareColumn* column);
    void unlink(CompareColumn* column);
    void forget();
    void zoomHistograms(const CompareColumn* source, double lo, double hi);
    void applyMap();
    void applyLimits();
    std::optional<double> outputError(int schemeId) const;
    void showBest();
    void showRemark(CompareColumn* column, int schemeId) const;
    void hover(qint64 row, qint64 col);
    void showHovered();
    void alignScale();

    ComparisonTable* table_;
    TensorHeader* header_;
    QCheckBox* logCounts_;
    Choice* map_;
    QCheckBox* logColors_;
    Choice* limits_;
    QToolButton* lock_;
    HelpButton* help_;
    QStackedLayout* stack_;
    QLabel* notice_;
    QScrollArea* scroll_;
    QHBoxLayout* row_;
    ColorScale* scale_;
    QWidget* scalePane_;
    ElidedLabel* hovered_;

    QList<CompareColumn*> columns_;  ///< in the order of the schemes
    QList<int> schemeIds_;           ///< theirs
    HeatmapLink* link_;
    QSet<const CompareColumn*> linked_;          ///< those whose map is there
    QHash<CompareColumn*, double> colorLimits_;  ///< what each map alone would need
    double limit_ = 0;                           ///< of the common scale
    bool chart_ = false;                         ///< of perplexities, in the place of the columns
    bool filling_ =
        false;  ///< histograms get their data: changes of their range are not the user's
    std::optional<QPoint> cell_;  ///< under the pointer
};

}  // namespace ql::gui
