#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/export/export_plan.h"

namespace ql::gui {

/// The tensors of a planned file: name, type, size, and why a tensor does not get the scheme.
class ExportTable : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { kName, kType, kSize, kNote, kColumns };

    using QAbstractTableModel::QAbstractTableModel;

    void setPlan(std::shared_ptr<const ExportPlan> plan);
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::shared_ptr<const ExportPlan> plan_;
};

}  // namespace ql::gui
