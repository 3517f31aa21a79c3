#include "app/docks/scheme_list.h"

#include <QApplication>
#include <QMouseEvent>
#include <QPainter>
#include <QTextDocument>

#include "app/workspace.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kRowMargin = 12;
constexpr int kCheck = 16;
constexpr int kDot = 10;
constexpr int kGap = 8;

QRect checkRect(const QRect& item) {
    return {item.left() + kRowMargin, item.center().y() - kCheck / 2, kCheck, kCheck};
}

}  // namespace

SchemeList::SchemeList(Workspace* workspace, QObject* parent)
    : QAbstractListModel(parent), workspace_(workspace) {
    connect(workspace_, &Workspace::schemesChanged, this, &SchemeList::update);
    update();
}

void SchemeList::update() {
    QList<int> ids;
    for (const ComparedScheme& scheme : workspace_->schemes()) {
        ids.append(scheme.id);
    }
    if (ids == ids_) {
        if (!ids.isEmpty()) {
            emit dataChanged(index(0), index(static_cast<int>(ids.size()) - 1));
        }
    } else {
        beginResetModel();
        ids_ = ids;
        endResetModel();
    }
}

QModelIndex SchemeList::indexOf(int schemeId) const {
    const auto row = ids_.indexOf(schemeId);
    return row < 0 ? QModelIndex() : index(static_cast<int>(row));
}

int SchemeList::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(ids_.size());
}

QVariant SchemeList::data(const QModelIndex& index, int role) const {
    const ComparedScheme* scheme =
        index.isValid() ? workspace_->scheme(ids_.value(index.row())) : nullptr;
    if (!scheme) {
        return {};
    }
    switch (role) {
        case Qt::DisplayRole:
            return scheme->title();
        case Qt::ToolTipRole:
            return Qt::convertFromPlainText(scheme->text(), Qt::WhiteSpaceNormal);
        case Qt::CheckStateRole:
            return scheme->enabled ? Qt::Checked : Qt::Unchecked;
        case kIdRole:
            return scheme->id;
        case kTextRole:
            return scheme->text();
        case kColorRole:
            return scheme->color;
        default:
            return {};
    }
}

bool SchemeList::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::CheckStateRole) {
        return false;
    }
    workspace_->setSchemeEnabled(ids_[index.row()], value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags SchemeList::flags(const QModelIndex& index) const {
    return QAbstractListModel::flags(index) | Qt::ItemIsUserCheckable;
}

void SchemeDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    background.text.clear();
    background.features = QStyleOptionViewItem::None;
    const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);

    QStyleOptionButton check;
    check.rect = checkRect(option.rect);
    check.palette = option.palette;
    const bool checked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    check.state =
        (option.state & QStyle::State_Enabled) | (checked ? QStyle::State_On : QStyle::State_Off);
    style->drawPrimitive(QStyle::PE_IndicatorCheckBox, &check, painter, option.widget);

    const ThemeColors& colors = themeColors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(schemeColor(index.data(SchemeList::kColorRole).toInt()));
    const int left = check.rect.right() + 1 + kGap;
    painter->drawEllipse(QRectF(left, option.rect.center().y() - kDot / 2.0 + 0.5, kDot, kDot));

    const QRect text = option.rect.adjusted(left + kDot + kGap - option.rect.left(), 4, -kGap, -4);
    const bool selected = option.state & QStyle::State_Selected;
    painter->setPen(checked ? colors.text : colors.mutedOn(colors.panel));
    painter->setFont(option.font);
    const QFontMetrics title(option.font);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignTop,
                      title.elidedText(index.data().toString(), Qt::ElideRight, text.width()));
    painter->setPen(selected ? colors.mutedOn(colors.selection) : colors.muted);
    const QFont mono = monospaceFont(option.font);
    painter->setFont(mono);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      QFontMetrics(mono).elidedText(index.data(SchemeList::kTextRole).toString(),
                                                    Qt::ElideRight, text.width()));
    painter->restore();
}

QSize SchemeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    const int lines =
        QFontMetrics(option.font).height() + QFontMetrics(monospaceFont(option.font)).height();
    return {120, lines + 8};
}

bool SchemeDelegate::editorEvent(QEvent* event, QAbstractItemModel* model,
                                 const QStyleOptionViewItem& option, const QModelIndex& index) {
    if (event->type() == QEvent::KeyPress) {
        return QStyledItemDelegate::editorEvent(event, model, option, index);
    }
    // The box is drawn elsewhere than the base class believes.
    if (event->type() != QEvent::MouseButtonRelease ||
        !checkRect(option.rect)
             .adjusted(-4, -4, 4, 4)
             .contains(static_cast<QMouseEvent*>(event)->position().toPoint())) {
        return false;
    }
    const bool checked = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

}  // namespace ql::gui
