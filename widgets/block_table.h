#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "widgets/block_picture.h"

namespace ql::gui {

/// The values of a block as rows of a table. Headers have tool tips that say what a column is.
class BlockTable : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        kIndex,
        kOriginal,
        kCode,
        kBits,
        kLevel,
        kScale,
        kOffset,
        kDecoded,
        kError,
        kTextbook,
        kColumns
    };

    explicit BlockTable(QObject* parent = nullptr);

    /// Keeps selections where the new block has as many values.
    void setPicture(std::shared_ptr<const BlockPicture> picture);
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString text(const BlockRow& value, int row, int column) const;

    std::shared_ptr<const BlockPicture> picture_;
};

}  // namespace ql::gui
