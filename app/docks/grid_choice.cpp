#include "app/docks/grid_choice.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kBitsRole = Qt::UserRole + 1;
constexpr int kEntryMargin = 8;
constexpr int kIndent = 8;
constexpr int kListWidth = 210;

class GroupedDelegate : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem background = option;
        initStyleOption(&background, index);
        background.text.clear();
        const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
        style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);

        const ThemeColors& colors = themeColors();
        const bool heading = !(index.flags() & Qt::ItemIsEnabled);
        const bool selected = option.state & QStyle::State_Selected;
        const QColor muted = selected ? colors.mutedOn(colors.selection) : colors.muted;
        QRect place = option.rect.adjusted(kEntryMargin, 0, -kEntryMargin, 0);
        painter->save();
        painter->setFont(smallFont(option.font));
        painter->setPen(muted);
        painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                          index.data(kBitsRole).toString());
        if (!heading) {
            painter->setFont(option.font);
            painter->setPen(colors.text);
            place.adjust(kIndent, 0, 0, 0);
        }
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter, index.data().toString());
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        return QStyledItemDelegate::sizeHint(option, index).expandedTo({kListWidth, 0});
    }
};

}  // namespace

GroupedChoice::GroupedChoice(QWidget* parent) : QComboBox(parent) {
    setItemDelegate(new GroupedDelegate(this));
    setMaxVisibleItems(24);
    view()->setMinimumWidth(kListWidth);
}

void GroupedChoice::addHeading(const QString& text) {
    addItem(text);
    static_cast<QStandardItemModel*>(model())->item(count() - 1)->setFlags(Qt::NoItemFlags);
}

void GroupedChoice::addEntry(const QString& text, const QVariant& value, const QString& bits,
                             const QString& toolTip) {
    addItem(text, value);
    setItemData(count() - 1, bits, kBitsRole);
    setItemData(count() - 1, toolTip, Qt::ToolTipRole);
}

}  // namespace ql::gui
