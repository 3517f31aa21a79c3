#pragma once

#include <memory>
#include <optional>

#include "app/jobs.h"
#include "app/pages/model_card.h"
#include "app/pages/page.h"
#include "app/pages/role_metric.h"
#include "app/pages/sizes_table.h"
#include "widgets/color_map.h"

class QLabel;
class QScrollArea;
class QSortFilterProxyModel;
class QSpinBox;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace ql::gui {

class Callout;
class Card;
class Choice;
class ColorScale;
class ElidedLabel;
class RoleMatrix;
class StatTable;
struct MatrixCell;

/// The whole model: what it is, what it weighs in every scheme and format with its KV cache, and
/// how the scheme in focus treats each of its linears.
class OverviewPage : public Page {
    Q_OBJECT
  public:
    OverviewPage(Workspace* workspace, Jobs* jobs, QWidget* parent = nullptr);
    ~OverviewPage() override;

    QString title() const override;
    QString description() const override;

    /// Puts the keyboard into the table of sizes.
    void focusSizes();

    QTableView* sizesView() const { return view_; }
    RoleMatrix* matrix() const { return matrix_; }
    StatTable* facts() const { return factsTable_; }
    Choice* contexts() const { return contexts_; }
    QSpinBox* typedContext() const { return typedContext_; }
    Choice* cacheTypes() const { return cacheTypes_; }
    Choice* metrics() const { return metrics_; }
    /// What is said of the model's error; empty: nothing.
    QString finding() const;

  protected:
    void refresh() override;
    void retranslate() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    /// What a job finds out about the model.
    struct Facts {
        std::optional<Sentence> cannotRun;
        std::optional<KvCache> cache;
        Sentence cacheProblem;  ///< why there is none
        std::vector<FormatSize> sizes;
        RoleGrid grid;
    };

    Card* buildModelCard();
    Card* buildSizesCard();
    Card* buildMatrixCard();
    void forget();
    void startFacts();
    void startTokenizer();
    void showModel();
    void fillContexts();
    void showSizes();
    void showCache();
    void showMatrix();
    void showScale(const ValueScale& scale);
    void fillMetrics();
    void showPointed();
    std::int64_t context() const;
    RoleMetric metric() const;
    MatrixCell matrixCell(int tensor, const SchemeKnowledge& known) const;
    QString selectedText() const;
    void compareSelected();
    void updateButtons();
    void copy() const;

    QLabel* name_;
    StatTable* factsTable_;
    QLabel* problem_;
    QLabel* sizesTitle_;
    Choice* contexts_;
    QSpinBox* typedContext_;
    Choice* cacheTypes_;
    QToolButton* compare_;
    QToolButton* copy_;
    SizesTable* sizes_;
    QSortFilterProxyModel* sorted_;
    QTableView* view_;
    QLabel* matrixTitle_;
    Choice* metrics_;
    Callout* finding_;
    RoleMatrix* matrix_;
    QScrollArea* scroll_;
    ColorScale* scale_;
    ElidedLabel* pointed_;
    QLabel* notice_;
    QStackedLayout* stack_;

    JobSlot examining_;
    JobSlot readingTokenizer_;
    TokenizerFact tokenizer_;
    std::shared_ptr<const Model> examined_;  ///< what facts_ are of, or will be
    std::shared_ptr<const Facts> facts_;     ///< null until the job has finished
    RoleMetric preferred_ = RoleMetric::output_error;
};

}  // namespace ql::gui
