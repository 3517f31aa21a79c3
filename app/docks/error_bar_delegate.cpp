#include "app/docks/error_bar_delegate.h"

#include <QApplication>
#include <QPainter>
#include <algorithm>

#include "app/docks/tensor_tree.h"
#include "widgets/color_map.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kBarWidth = 28;
constexpr int kBarHeight = 4;
constexpr int kGap = 6;

}  // namespace

void ErrorBarDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    QStyleOptionViewItem background = option;
    initStyleOption(&background, index);
    const QString text = background.text;
    background.text.clear();
    const QStyle* style = option.widget ? option.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &background, painter, option.widget);
    const QVariant error = index.data(TensorTree::kErrorRole);
    if (!error.isValid()) {
        return;
    }

    const double scale = index.data(TensorTree::kErrorScaleRole).toDouble();
    const double share = scale > 0 ? std::clamp(error.toDouble() / scale, 0.0, 1.0) : 0;
    const ThemeColors& colors = themeColors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    QRectF bar(option.rect.left() + kGap, option.rect.center().y() - kBarHeight / 2 + 0.5,
               kBarWidth, kBarHeight);
    painter->setBrush(colors.line);
    painter->drawRoundedRect(bar, 2, 2);
    bar.setWidth(std::max<double>(kBarHeight, kBarWidth * share));
    // Length counts from zero and is honest; colour spreads what differs little. The ends of
    // viridis vanish on one of the panels.
    const double rank = std::clamp(index.data(TensorTree::kErrorRankRole).toDouble(), 0.0, 1.0);
    painter->setBrush(QColor(ColorMap::viridis()(0.3 + 0.45 * rank)));
    painter->drawRoundedRect(bar, 2, 2);

    const QRect place = option.rect.adjusted(kGap + kBarWidth + kGap, 0, -kGap, 0);
    painter->setFont(smallFont(option.font));
    painter->setPen(option.state & QStyle::State_Selected ? colors.mutedOn(colors.selection)
                                                          : colors.muted);
    painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, text);
    painter->restore();
}

QSize ErrorBarDelegate::sizeHint(const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const QFontMetrics metrics(smallFont(option.font));
    const QSize base = QStyledItemDelegate::sizeHint(option, index);
    return {kGap + kBarWidth + kGap + metrics.horizontalAdvance(QStringLiteral("88.8 %")) + kGap,
            base.height()};
}

}  // namespace ql::gui
