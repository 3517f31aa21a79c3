#include "widgets/stat_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>

#include "widgets/color_dot.h"
#include "widgets/icons.h"
#include "widgets/number_format.h"

namespace ql::gui {

StatTable::StatTable(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Statistics"));
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(16);
    grid_->setVerticalSpacing(2);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void StatTable::setRows(const std::vector<StatRow>& rows) {
    columns_.clear();
    rows_ = rows;
    refresh();
}

void StatTable::setTable(const std::vector<StatColumn>& columns, const std::vector<StatRow>& rows) {
    columns_ = columns;
    rows_ = rows;
    refresh();
}

/// Labels are made once and reused, so that values which follow the pointer do not flicker.
QLabel* StatTable::cell(int row, int col) {
    if (QLayoutItem* item = grid_->itemAtPosition(row, col)) {
        return qobject_cast<QLabel*>(item->widget());
    }
    auto* label = new QLabel(this);
    label->setAlignment(col == 0 ? Qt::AlignLeft | Qt::AlignVCenter
                                 : Qt::AlignRight | Qt::AlignVCenter);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setContextMenuPolicy(Qt::NoContextMenu);
    grid_->addWidget(label, row, col);
    return label;
}

void StatTable::refresh() {
    const ThemeColors& colors = themeColors();
    const QColor muted = colors.muted;
    const auto write = [](QLabel* label, const QString& text, const QColor& ink,
                          const QFont& font) {
        QPalette shown = label->palette();
        // On a window labels draw in WindowText, on a card in Text.
        shown.setColor(QPalette::WindowText, ink);
        shown.setColor(QPalette::Text, ink);
        label->setPalette(shown);
        label->setFont(font);
        label->setText(text);
        label->show();
    };
    for (QLabel* label : findChildren<QLabel*>(QString(), Qt::FindDirectChildrenOnly))
        label->hide();

    QFont strong = titleFont(font());
    int line = 0;
    if (!columns_.empty()) {
        cell(0, 0)->show();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            write(cell(0, static_cast<int>(i) + 1), columns_[i].name, muted, smallFont(font()));
        }
        line = 1;
    }
    const auto values = columns_.empty() ? qsizetype{1} : static_cast<qsizetype>(columns_.size());
    for (const StatRow& row : rows_) {
        QLabel* name = cell(line, 0);
        write(name, row.label, muted, font());
        name->setToolTip(row.help);
        for (qsizetype i = 0; i < values; ++i) {
            QLabel* value = cell(line, static_cast<int>(i) + 1);
            const bool best = row.best == i;
            const QString text =
                i < row.values.size() && !row.values[i].isEmpty() ? row.values[i] : noValue();
            write(value, text, best ? colors.best : colors.text, best ? strong : font());
            value->setToolTip(row.help);
        }
        ++line;
    }
    grid_->setColumnStretch(0, 1);
    QStringList spoken;
    for (const StatRow& row : rows_)
        spoken << row.label + QStringLiteral(": ") + row.values.join(QStringLiteral(", "));
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    update();
}

QString StatTable::tsv() const {
    QString text;
    if (!columns_.empty()) {
        for (const StatColumn& column : columns_) text += u'\t' + column.name;
        text += u'\n';
    }
    for (const StatRow& row : rows_) text += row.label + u'\t' + row.values.join(u'\t') + u'\n';
    return text;
}

void StatTable::copy() const { QApplication::clipboard()->setText(tsv()); }

void StatTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return copy();
    QWidget::keyPressEvent(event);
}

void StatTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(icon(QStringLiteral("copy")), tr("Copy table"), this, &StatTable::copy);
    menu.exec(event->globalPos());
}

void StatTable::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) refresh();
    if (event->type() == QEvent::LanguageChange) setAccessibleName(tr("Statistics"));
    QWidget::changeEvent(event);
}

void StatTable::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    // The scheme's dot stands before the name in the header.
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const QLayoutItem* item = grid_->itemAtPosition(0, static_cast<int>(i) + 1);
        if (item == nullptr) continue;
        const auto* label = qobject_cast<const QLabel*>(item->widget());
        const int text = label->fontMetrics().horizontalAdvance(label->text());
        const QPointF middle(label->geometry().right() - text - 8,
                             label->geometry().center().y() + 0.5);
        painter.setPen(Qt::NoPen);
        painter.setBrush(schemeColor(columns_[i].color));
        painter.drawEllipse(middle, 4, 4);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(themeColors().accent);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
}

}  // namespace ql::gui
