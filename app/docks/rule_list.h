#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "core/run/model_run.h"
#include "core/schemes/plan.h"

namespace ql::gui {

/// The rules of a plan: pattern, scheme, and how many tensors each decides for.
class RuleList : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { kPattern, kScheme, kCount, kColumns };

    using QAbstractTableModel::QAbstractTableModel;

    void setRules(const std::vector<PlanRule>& rules);
    /// What the plan gives the tensors; null: not known (yet).
    void setPreview(const std::shared_ptr<const ModelRun>& preview);
    void retranslate();
    const std::vector<PlanRule>& rules() const { return rules_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    std::vector<PlanRule> rules_;
    std::vector<int> counts_;  ///< empty while they are not known
};

}  // namespace ql::gui
