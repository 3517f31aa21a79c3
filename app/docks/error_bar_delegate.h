#pragma once

#include <QStyledItemDelegate>

namespace ql::gui {

/// The error column of the model tree: a bar, as long and coloured as the error is large among all
/// tensors, and the number beside it.
class ErrorBarDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ql::gui
