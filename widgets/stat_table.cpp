#include "widgets/stat_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>

#include "widgets/icons.h"
#include "widgets/number_format.h"
#include "widgets/theme.h"

namespace ql::gui {

StatTable::StatTable(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
    setFocusPolicy(Qt::StrongFocus);
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(16);
    grid_->setVerticalSpacing(2);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void StatTable::setRows(const std::vector<StatRow>& rows) {
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

    const QFont strong = titleFont(font());
    int line = 0;
    QStringList spoken;
    for (const StatRow& row : rows_) {
        QLabel* name = cell(line, 0);
        write(name, row.label, muted, font());
        name->setToolTip(row.help);
        QLabel* value = cell(line, 1);
        write(value, row.value.isEmpty() ? noValue() : row.value,
              row.best ? colors.best : colors.text, row.best ? strong : font());
        value->setToolTip(row.help);
        spoken << row.label + QStringLiteral(": ") + row.value;
        ++line;
    }
    grid_->setColumnStretch(0, 1);
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    update();
}

QString StatTable::tsv() const {
    QString text;
    for (const StatRow& row : rows_) text += row.label + u'\t' + row.value + u'\n';
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
    QWidget::changeEvent(event);
}

void StatTable::paintEvent(QPaintEvent*) {
    if (!hasFocus()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(themeColors().accent);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
}

}  // namespace ql::gui
