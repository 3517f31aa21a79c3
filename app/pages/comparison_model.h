#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/run/model_run.h"
#include "core/run/predictions.h"

namespace ql::gui {

class Workspace;

/// The whole model under every enabled scheme: a row each, the model as it is stored first. What
/// was not measured yet is a dash; sizes are known before a run.
class ComparisonModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column {
        kScheme,
        kSize,
        kBits,
        kRmse,
        kWeighted,  ///< shown while there is an importance matrix
        kSqnr,
        kMaxError,
        kCosine,
        kOutput,  ///< this one to kSameTop: measured on a text
        kPerplexity,
        kKl,
        kKlTail,
        kSameTop,
        kSeconds,
        kFallbacks,
        kColumns,
    };
    enum Role {
        kSchemeRole = Qt::UserRole,  ///< scheme id; Workspace::kNoScheme for the original
        kNumberRole,                 ///< double, unformatted; invalid where not known
    };

    explicit ComparisonModel(Workspace* workspace, QObject* parent = nullptr);

    /// Takes everything anew from the workspace, texts included.
    void update();
    /// Whether some row has predictions that were measured.
    bool anyPredictions() const;
    /// Whether errors were, or will be, weighted by importance.
    bool anyImportance() const;
    /// Whether some tensor cannot take its scheme under some row.
    bool anyFallback() const;
    /// On which tokens predictions were measured, in a sentence; empty before.
    QString measuredOn() const;
    /// -1 if it has none.
    int rowOf(int schemeId) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Row {
        int scheme = 0;
        int color = 0;
        QString title;
        QString text;
        bool measured = false;
        std::shared_ptr<const PredictionResult> predictions;
        std::array<std::optional<double>, kColumns> values;
    };

    Row originalRow() const;
    Row schemeRow(int id) const;
    void findBest();
    void takePredictions(Row& row) const;
    static QString shownValue(const Row& row, int column, double value);
    QString predictionToolTip(const Row& row) const;
    QString toolTip(const Row& row, int column) const;

    Workspace* workspace_;
    std::vector<Row> rows_;
    std::array<std::optional<double>, kColumns> best_;
};

/// Sorts by kNumberRole; the original stays above, and rows without a number below.
class ComparisonSort : public QSortFilterProxyModel {
    Q_OBJECT

  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

  protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

/// The table as shown, tab-separated, with its header.
QString tableAsTsv(const QAbstractItemModel& table);
/// Unrounded numbers, comma-separated, with the schemes' canonical texts.
QString comparisonAsCsv(const QAbstractItemModel& table);

}  // namespace ql::gui
