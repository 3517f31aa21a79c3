#include "app/dialogs/export_table.h"

#include <QTextDocument>

#include "app/text.h"
#include "widgets/number_format.h"

namespace ql::gui {

void ExportTable::setPlan(std::shared_ptr<const ExportPlan> plan) {
    if (plan == plan_) {
        return;
    }
    beginResetModel();
    plan_ = std::move(plan);
    endResetModel();
}

void ExportTable::retranslate() {
    emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
    if (rowCount() > 0) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

int ExportTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !plan_ ? 0 : static_cast<int>(plan_->tensors.size());
}

int ExportTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant ExportTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) {
        return {};
    }
    const ExportRow& tensor = plan_->tensors[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole && index.column() == kSize) {
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        // Names come from files: they are no rich text.
        return Qt::convertFromPlainText(index.data().toString(), Qt::WhiteSpaceNormal);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
        case kName:
            return QString::fromStdString(tensor.name);
        case kType:
            return QString::fromStdString(tensor.type);
        case kSize:
            return formatBytes(static_cast<double>(tensor.bytes));
        case kNote:
            return translated(tensor.entry.fallback);
        default:
            return {};
    }
}

QVariant ExportTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(section == kSize ? Qt::AlignRight | Qt::AlignVCenter
                                         : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case kName:
            return tr("Tensor");
        case kType:
            return tr("Type");
        case kSize:
            return tr("Size");
        case kNote:
            return tr("Note");
        default:
            return {};
    }
}

}  // namespace ql::gui
