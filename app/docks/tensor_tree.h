#pragma once

#include <QAbstractItemModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <optional>
#include <vector>

#include "app/docks/tensor_filter.h"
#include "core/model/model.h"
#include "core/run/model_run.h"

namespace ql::gui {

/// The tensors of a model as a tree of two levels: embeddings, layers, output (of an unknown
/// architecture: prefixes of names), and in them the tensors. Keeps no copy of the core's data;
/// texts are made when they are shown.
class TensorTree : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column { kName, kShape, kType, kSize, kScheme, kError, kColumns };
    enum Role {
        kTensorRole = Qt::UserRole,  ///< index into Model::tensors(), or -1 for a group
        kErrorRole,                  ///< relative error 0.. as double; invalid where unknown
        kErrorScaleRole,             ///< the largest of them: what fills a bar
        kErrorRankRole,              ///< 0 for the smallest, 1 for the largest, linear between
        kValuesRole,                 ///< number of values
    };

    explicit TensorTree(QObject* parent = nullptr);

    void setModel(std::shared_ptr<const Model> model);
    /// What a scheme gives each tensor, and its errors on the whole model; null: not known.
    /// `scheme` names it in tooltips.
    void setRun(std::shared_ptr<const ModelRun> preview, std::shared_ptr<const ModelRun> run,
                const QString& scheme);
    /// Makes every text anew in the language of the moment.
    void retranslate();

    QModelIndex indexOf(int tensor) const;
    bool accepts(int tensor, const TensorFilter& filter) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Group {
        std::vector<int> tensors;
        std::uint64_t values = 0;
        std::uint64_t bytes = 0;
        ErrorSums error;
    };
    struct Place {
        int group = 0;
        int row = 0;
    };

    void build();
    const ModelTensor& tensorAt(int index) const;
    const Group* groupAt(const QModelIndex& index) const;
    int tensorOf(const QModelIndex& index) const;
    QVariant groupText(const Group& group, int column) const;
    QVariant tensorText(const ModelTensor& tensor, int column) const;
    const PlanEntry* entryOf(int tensor) const;
    QString schemeText(int tensor) const;
    QString decisionText(const PlanEntry& entry) const;
    QString toolTip(int tensor, std::optional<double> error) const;
    QVariant colorOf(const QModelIndex& index) const;
    std::optional<double> errorOf(const QModelIndex& index) const;

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ModelRun> preview_;
    std::shared_ptr<const ModelRun> run_;
    QString scheme_;
    double smallestError_ = 0;
    double largestError_ = 0;
    std::vector<Group> groups_;
    std::vector<Place> places_;                 ///< of every tensor
    mutable std::vector<QString> searchTexts_;  ///< made when first filtered
};

/// The tree, reduced to what a filter accepts. Groups show while one of their tensors does.
class FilteredTensors : public QSortFilterProxyModel {
    Q_OBJECT

  public:
    explicit FilteredTensors(TensorTree* tree);
    void setFilter(const TensorFilter& filter);

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

  private:
    TensorTree* tree_;
    TensorFilter filter_;
};

}  // namespace ql::gui
