#include "app/docks/model_dock.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScopedValueRollback>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "app/docks/error_bar_delegate.h"
#include "app/docks/tensor_tree.h"
#include "app/settings.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

const QString kHeaderLayout = QStringLiteral("tree_columns");
constexpr int kExpandAllUpTo = 24;  // groups that a filter leaves: open them at once

}  // namespace

ModelDock::ModelDock(Workspace* workspace, Settings* settings, QWidget* parent)
    : Dock(QStringLiteral("modelDock"), parent),
      workspace_(workspace),
      settings_(settings),
      tensors_(new TensorTree(this)),
      filtered_(new FilteredTensors(tensors_)),
      filter_(new QLineEdit),
      view_(new QTreeView),
      nothing_(new QLabel) {
    filter_->setClearButtonEnabled(true);
    filter_->addAction(icon(QStringLiteral("filter"), IconTint::muted), QLineEdit::LeadingPosition);
    filter_->installEventFilter(this);
    filter_->setAcceptDrops(false);  // a file dropped here is to be opened, too

    view_->setModel(filtered_);
    view_->setItemDelegateForColumn(TensorTree::kError, new ErrorBarDelegate(view_));
    view_->setUniformRowHeights(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setIndentation(12);
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* copy = new QAction(this);
    copy->setObjectName(QStringLiteral("copyName"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    copy->setIcon(icon(QStringLiteral("copy")));
    connect(copy, &QAction::triggered, this, &ModelDock::copyName);
    view_->addAction(copy);

    QHeaderView* header = view_->header();
    header->setStretchLastSection(false);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, &ModelDock::showColumnMenu);

    setMuted(nothing_);
    nothing_->setContentsMargins(12, 8, 12, 8);
    nothing_->setWordWrap(true);
    nothing_->hide();

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    auto* box = new QHBoxLayout;
    box->setContentsMargins(8, 0, 8, 0);
    box->addWidget(filter_);
    layout->addLayout(box);
    layout->addWidget(nothing_);
    layout->addWidget(view_, 1);
    setContent(content);

    connect(filter_, &QLineEdit::textChanged, this, &ModelDock::applyFilter);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &ModelDock::selectTensor);
    connect(workspace_, &Workspace::modelChanged, this, &ModelDock::adoptModel);
    connect(workspace_, &Workspace::tensorChanged, this, &ModelDock::showCurrentTensor);
    connect(workspace_, &Workspace::modelRunsChanged, this, &ModelDock::showScheme);
    connect(workspace_, &Workspace::focusChanged, this, &ModelDock::showScheme);
    connect(workspace_, &Workspace::schemesChanged, this, &ModelDock::showScheme);
    resetLayout();
    retranslate();
    adoptModel();
}

void ModelDock::resetLayout() {
    QHeaderView* header = view_->header();
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setSectionResizeMode(TensorTree::kName, QHeaderView::Stretch);
    header->setMinimumSectionSize(36);
    for (int column = 0; column < TensorTree::kColumns; ++column) {
        // The scheme's column has the stored type of what is kept.
        header->setSectionHidden(column,
                                 column == TensorTree::kSize || column == TensorTree::kType);
    }
    const QFontMetrics metrics(smallFont(font()));
    header->resizeSection(TensorTree::kType,
                          metrics.horizontalAdvance(QStringLiteral("BF16")) + 12);
    header->resizeSection(TensorTree::kSize,
                          metrics.horizontalAdvance(QStringLiteral("88.8 MB")) + 16);
    header->resizeSection(TensorTree::kScheme,
                          metrics.horizontalAdvance(QStringLiteral("Q4_K #8")) + 8);
    header->resizeSection(TensorTree::kError, view_->itemDelegateForColumn(TensorTree::kError)
                                                  ->sizeHint(QStyleOptionViewItem(), {})
                                                  .width());
    fitShapeColumn();
}

// Names get the room that the shapes of this model leave.
void ModelDock::fitShapeColumn() {
    constexpr int kLookAt = 100;  // layers repeat
    if (tensors_->rowCount() == 0) {
        return;
    }
    const QFontMetrics metrics(smallFont(font()));
    int width = metrics.horizontalAdvance(QStringLiteral("888×888"));
    const QModelIndexList rows =
        tensors_->match(tensors_->index(0, TensorTree::kShape), Qt::DisplayRole,
                        QStringLiteral("*"), kLookAt, Qt::MatchWildcard | Qt::MatchRecursive);
    for (const QModelIndex& row : rows) {
        width = std::max(width, metrics.horizontalAdvance(row.data().toString()));
    }
    view_->header()->resizeSection(TensorTree::kShape, width + 12);
}

void ModelDock::restoreLayout() { view_->header()->restoreState(settings_->layout(kHeaderLayout)); }

void ModelDock::saveLayout() const {
    settings_->setLayout(kHeaderLayout, view_->header()->saveState());
}

void ModelDock::focusFilter() {
    show();
    raise();
    filter_->setFocus(Qt::ShortcutFocusReason);
    filter_->selectAll();
}

void ModelDock::adoptModel() {
    filter_->clear();
    {
        const QScopedValueRollback following(following_, true);
        tensors_->setModel(workspace_->model());
    }
    filter_->setEnabled(workspace_->model() != nullptr);
    fitShapeColumn();
    showScheme();
    showCurrentTensor();
}

void ModelDock::showScheme() {
    const ComparedScheme* scheme = workspace_->scheme(workspace_->focus());
    tensors_->setRun(workspace_->modelPreview(workspace_->focus()),
                     workspace_->modelRun(workspace_->focus()),
                     scheme ? scheme->title() : QString());
}

void ModelDock::showCurrentTensor() {
    const QModelIndex index =
        filtered_->mapFromSource(tensors_->indexOf(workspace_->tensorIndex()));
    if (index.isValid() && view_->currentIndex().siblingAtColumn(0) != index) {
        const QScopedValueRollback following(following_, true);
        view_->setCurrentIndex(index);
        view_->scrollTo(index);
    }
}

void ModelDock::applyFilter() {
    const TensorFilter filter(filter_->text());
    {
        // While rows go the current index wanders; that is no wish of the user's.
        const QScopedValueRollback following(following_, true);
        filtered_->setFilter(filter);
    }
    if (!filter.isEmpty() && filtered_->rowCount() <= kExpandAllUpTo) {
        view_->expandAll();
    }
    nothing_->setVisible(workspace_->model() && filtered_->rowCount() == 0);
    showCurrentTensor();
}

void ModelDock::selectTensor(const QModelIndex& index) {
    const QVariant tensor = index.siblingAtColumn(0).data(TensorTree::kTensorRole);
    if (!following_ && tensor.isValid() && tensor.toInt() >= 0) {
        workspace_->setTensor(tensor.toInt());
    }
}

void ModelDock::showColumnMenu(const QPoint& position) {
    QMenu menu(this);
    for (int column = TensorTree::kShape; column < TensorTree::kColumns; ++column) {
        QAction* action = menu.addAction(
            tensors_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!view_->isColumnHidden(column));
        connect(action, &QAction::toggled, view_,
                [this, column](bool shown) { view_->setColumnHidden(column, !shown); });
    }
    menu.exec(view_->header()->mapToGlobal(position));
}

void ModelDock::copyName() const {
    const int tensor =
        view_->currentIndex().siblingAtColumn(0).data(TensorTree::kTensorRole).toInt();
    if (view_->currentIndex().isValid() && tensor >= 0) {
        const auto& name = workspace_->model()->tensors()[static_cast<std::size_t>(tensor)].name;
        QApplication::clipboard()->setText(QString::fromStdString(name));
    }
}

bool ModelDock::eventFilter(QObject* watched, QEvent* event) {
    if (watched != filter_) {
        return Dock::eventFilter(watched, event);
    }
    // From the filter box the arrow key leads into the tree; Escape clears before it stops jobs.
    const bool pressed = event->type() == QEvent::KeyPress;
    if (pressed || event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape && !filter_->text().isEmpty()) {
            event->accept();
            if (pressed) {
                filter_->clear();
            }
            return true;
        }
        if (pressed && key == Qt::Key_Down) {
            view_->setFocus(Qt::TabFocusReason);
            return true;
        }
    }
    return false;
}

void ModelDock::retranslate() {
    setTitle(tr("Model"));
    filter_->setPlaceholderText(tr("Filter: name, role, type, > 1M …"));
    filter_->setAccessibleName(tr("Filter tensors"));
    filter_->setToolTip(
        tr("Words that must occur in the name, role or type; blk.*.ffn_down.* for "
           "names; > 1M or < 10k for the number of values."));
    view_->setAccessibleName(tr("Tensors of the model"));
    nothing_->setText(tr("No tensor passes the filter."));
    findChild<QAction*>(QStringLiteral("copyName"))->setText(tr("Copy Name"));
    tensors_->retranslate();
    applyFilter();  // roles are searched by their translated names
}

}  // namespace ql::gui
