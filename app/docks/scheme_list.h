#pragma once

#include <QAbstractListModel>
#include <QStyledItemDelegate>

namespace ql::gui {

class Workspace;

/// The compared schemes as rows with a check box.
class SchemeList : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role {
        kIdRole = Qt::UserRole,
        kTextRole,   ///< canonical text
        kColorRole,  ///< index of the scheme's colour
    };

    explicit SchemeList(Workspace* workspace, QObject* parent = nullptr);

    QModelIndex indexOf(int schemeId) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    void update();

    Workspace* workspace_;
    QList<int> ids_;  ///< as the views know them
};

/// Two lines: the name beside its colour, below it the canonical text.
class SchemeDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  protected:
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
};

}  // namespace ql::gui
