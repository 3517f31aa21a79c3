#include "widgets/block_table.h"

#include <QLocale>

#include "widgets/number_format.h"

namespace ql::gui {

BlockTable::BlockTable(QObject* parent) : QAbstractTableModel(parent) {}

void BlockTable::setPicture(std::shared_ptr<const BlockPicture> picture) {
    const auto rows = [](const auto& of) { return of ? of->values.size() : 0; };
    if (rows(picture) != rows(picture_)) {
        beginResetModel();
        picture_ = std::move(picture);
        endResetModel();
        return;
    }
    picture_ = std::move(picture);
    if (rowCount() > 0) {
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
    }
}

void BlockTable::retranslate() { emit headerDataChanged(Qt::Horizontal, 0, kColumns - 1); }

int BlockTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !picture_ ? 0 : static_cast<int>(picture_->values.size());
}

int BlockTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant BlockTable::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !picture_) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    }
    const BlockRow& value = picture_->values[static_cast<std::size_t>(index.row())];
    if (role == Qt::DisplayRole) {
        return text(value, index.row(), index.column());
    }
    return role == Qt::ToolTipRole ? QVariant(value.formula) : QVariant();
}

QString BlockTable::text(const BlockRow& value, int row, int column) const {
    switch (column) {
        case kIndex:
            return QString::number(row);
        case kOriginal:
            return formatNumber(value.original);
        case kCode:
            return QString::number(value.code);
        case kBits:
            return value.codeBits;
        case kLevel:
            return QLocale().toString(value.level, 'g', 4);  // an integer in every format
        case kScale:
            return formatNumber(value.scale);
        case kOffset:
            return formatNumber(value.offset);
        case kDecoded:
            return formatNumber(value.decoded);
        case kError:
            return formatNumber(value.decoded - value.original);
        default:
            return formatNumber(value.textbook);
    }
}

QVariant BlockTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::ToolTipRole)) {
        return {};
    }
    const bool title = role == Qt::DisplayRole;
    switch (section) {
        case kIndex:
            return title ? QStringLiteral("j") : tr("Number of the value in the block");
        case kOriginal:
            return title ? QStringLiteral("w") : tr("The original weight");
        case kCode:
            return title ? QStringLiteral("q") : tr("The code: the integer that is stored");
        case kBits:
            return title ? tr("bits") : tr("The code in binary");
        case kLevel:
            return title ? tr("level")
                         : tr("The number that the code stands for, before it is scaled");
        case kScale:
            return title ? tr("scale") : tr("What the level is multiplied by");
        case kOffset:
            return title ? tr("offset") : tr("What is added: the minimum");
        case kDecoded:
            return title ? QStringLiteral("ŵ") : tr("The decoded weight");
        case kError:
            return title ? QStringLiteral("ŵ − w") : tr("The error");
        case kTextbook:
            return title ? tr("textbook")
                         : tr("What the simplified quantizer of textbooks makes of the weight");
        default:
            return {};
    }
}

}  // namespace ql::gui
