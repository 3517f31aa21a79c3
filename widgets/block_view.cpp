#include "widgets/block_view.h"

#include <QEvent>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QScrollBar>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "widgets/block_bits.h"
#include "widgets/block_table.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kCellMargin = 14;

}  // namespace

BlockView::BlockView(QWidget* parent)
    : QWidget(parent),
      legend_(new QLabel(this)),
      splitter_(new QSplitter(Qt::Horizontal, this)),
      bits_(new BlockBits(this)),
      model_(new BlockTable(this)),
      table_(new QTableView(this)),
      explanation_(new QLabel(this)) {
    legend_->setTextFormat(Qt::RichText);
    legend_->setWordWrap(true);
    explanation_->setTextFormat(Qt::PlainText);
    explanation_->setWordWrap(true);
    explanation_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    table_->setModel(model_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::SingleSelection);
    table_->setTabKeyNavigation(false);
    table_->setMouseTracking(true);
    table_->viewport()->installEventFilter(this);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setMinimumSectionSize(0);
    table_->verticalHeader()->setMinimumSectionSize(0);
    splitter_->addWidget(bits_);
    splitter_->addWidget(table_);
    splitter_->setChildrenCollapsible(false);
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(legend_);
    layout->addWidget(splitter_, 1);
    layout->addWidget(explanation_);

    connect(bits_, &BlockBits::bitChosen, this, &BlockView::chooseBit);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (current.isValid()) {
                    showValue(current.row());
                }
            });
    connect(table_, &QTableView::entered, this,
            [this](const QModelIndex& pointed) { highlight(pointed.row()); });
    connect(splitter_, &QSplitter::splitterMoved, this, [this] { divided_ = true; });
    retranslate();
}

void BlockView::setPicture(std::shared_ptr<const BlockPicture> picture) {
    picture_ = std::move(picture);
    const int values = picture_ ? static_cast<int>(picture_->values.size()) : 0;
    if (model_->rowCount() != values) {
        value_ = -1;
    }
    bits_->setPicture(picture_);
    model_->setPicture(picture_);
    table_->setColumnHidden(BlockTable::kOffset, picture_ && !picture_->hasOffset);
    fitColumns();
    fillLegend();
    divide();
    if (value_ >= 0) {
        showValue(value_);
    } else {
        explanation_->clear();
    }
}

void BlockView::setCurrentValue(int value) {
    if (picture_ && value >= 0 && value < static_cast<int>(picture_->values.size())) {
        table_->setCurrentIndex(model_->index(value, 0));
        keepInSight();
    }
}

QString BlockView::explanation() const { return explanation_->text(); }

void BlockView::chooseBit(int bit) {
    const BitField* field = bits_->fieldOf(bit);
    if (!field) {
        return;
    }
    if (field->values.size() == 1) {
        choosing_ = true;
        setCurrentValue(field->values.front());
        choosing_ = false;
    } else {
        bits_->setHighlighted({static_cast<int>(field - picture_->fields.data())});
    }
    explanation_->setText(bits_->bitText(bit));
}

void BlockView::showValue(int value) {
    const BlockRow& row = picture_->values[static_cast<std::size_t>(value)];
    highlight(value);
    if (!choosing_) {
        explanation_->setText(row.formula);
        for (const int field : row.fields) {  // the code itself, not the scales all values share
            const BitField& shown = picture_->fields[static_cast<std::size_t>(field)];
            if (shown.role == BitRole::code || shown.role == BitRole::digits) {
                bits_->showBit(shown.bits.back());
            }
        }
    }
    if (value != value_) {
        value_ = value;
        emit currentValueChanged(value);
    }
}

void BlockView::highlight(int value) {
    bits_->setHighlighted(picture_->values[static_cast<std::size_t>(value)].fields);
}

void BlockView::fitColumns() {
    const QFontMetrics metrics(table_->font());
    table_->verticalHeader()->setDefaultSectionSize(metrics.height() + 6);
    for (int column = 0; column < BlockTable::kColumns; ++column) {
        const QString title =
            model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        int width = metrics.horizontalAdvance(title);
        for (int row = 0; row < model_->rowCount(); ++row) {
            const QString text =
                model_->data(model_->index(row, column), Qt::DisplayRole).toString();
            width = std::max(width, metrics.horizontalAdvance(text));
        }
        table_->setColumnWidth(column, width + kCellMargin);
    }
}

/// Bits take as many bytes side by side as leave room for the whole table, but two at least; once
/// the user has moved the handle, it stays.
void BlockView::divide() {
    if (divided_ || !picture_) {
        return;
    }
    int tableWidth = table_->verticalScrollBar()->sizeHint().width() + 2;
    for (int column = 0; column < BlockTable::kColumns; ++column) {
        tableWidth += table_->isColumnHidden(column) ? 0 : table_->columnWidth(column);
    }
    const int total = splitter_->width() - splitter_->handleWidth();
    const int bits = bits_->widthFor(total - tableWidth);
    splitter_->setSizes({bits, total - bits});
}

void BlockView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    divide();
    // After the scroll bars have come or gone.
    QMetaObject::invokeMethod(this, &BlockView::keepInSight, Qt::QueuedConnection);
}

void BlockView::keepInSight() {
    if (value_ >= 0) {
        table_->scrollTo(model_->index(value_, 0));
    }
}

bool BlockView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave && value_ >= 0) {
        highlight(value_);
    }
    return QWidget::eventFilter(watched, event);
}

void BlockView::fillLegend() {
    std::array<bool, kBitRoles> used{};
    if (picture_) {
        for (const BitField& field : picture_->fields) {
            used[static_cast<std::size_t>(field.role)] = true;
        }
    }
    QStringList entries;
    for (int i = 0; i < kBitRoles; ++i) {
        if (used[static_cast<std::size_t>(i)]) {
            const auto role = static_cast<BitRole>(i);
            // No break between a swatch and its name.
            entries << QStringLiteral("<span style=\"color:%1\">■</span>&nbsp;%2")
                           .arg(bitRoleColor(role).name(),
                                bitRoleTitle(role).replace(u' ', QStringLiteral("&nbsp;")));
        }
    }
    if (picture_ && !picture_->changed.empty()) {
        entries << QStringLiteral("<span style=\"color:%1\">□</span>&nbsp;%2")
                       .arg(themeColors().error.name(), tr("changed"));
    }
    legend_->setText(entries.join(QStringLiteral(" &nbsp; ")));
}

void BlockView::retranslate() {
    table_->setAccessibleName(tr("Values of the block"));
    legend_->setAccessibleName(tr("What the colours of the bits mean"));
    explanation_->setAccessibleName(tr("The chosen value or bit"));
    model_->retranslate();
    fitColumns();
    fillLegend();
}

void BlockView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    } else if (event->type() == QEvent::PaletteChange) {
        fillLegend();
    } else if (event->type() == QEvent::FontChange) {
        fitColumns();
    }
    QWidget::changeEvent(event);
}

}  // namespace ql::gui
