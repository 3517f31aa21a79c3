#include "app/docks/scheme_dock.h"

#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QFrame>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QScrollArea>
#include <QShortcut>
#include <QTextDocument>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/calibration_request.h"
#include "app/controls.h"
#include "app/docks/grid_groups.h"
#include "app/docks/scheme_editor.h"
#include "app/docks/scheme_explanation.h"
#include "app/docks/scheme_list.h"
#include "app/docks/scheme_text_edit.h"
#include "app/docks/storage_explanation.h"
#include "app/text.h"
#include "app/workspace.h"
#include "core/schemes/recipes.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

QToolButton* flatButton(const QString& iconName) {
    auto* button = new QToolButton;
    if (!iconName.isEmpty()) {
        button->setIcon(icon(iconName));
    }
    button->setAutoRaise(true);
    return button;
}

}  // namespace

SchemeDock::SchemeDock(Workspace* workspace, QWidget* parent)
    : Dock(QStringLiteral("schemeDock"), parent),
      workspace_(workspace),
      schemes_(new SchemeList(workspace, this)),
      view_(new QListView),
      menu_(new QMenu(this)),
      add_(flatButton(QStringLiteral("plus"))),
      duplicate_(flatButton(QStringLiteral("copy"))),
      remove_(flatButton(QStringLiteral("remove"))),
      importance_(new ElidedLabel),
      chooseImportance_(flatButton({})),
      clearImportance_(flatButton(QStringLiteral("close"))),
      typed_(new SchemeTextEdit),
      editor_(new SchemeEditor(workspace)) {
    view_->setModel(schemes_);
    view_->setItemDelegate(new SchemeDelegate(view_));
    view_->setFrameShape(QFrame::NoFrame);
    view_->setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    add_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    typed_->hide();

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(8, 0, 8, 0);
    buttons->addWidget(add_);
    buttons->addStretch(1);
    buttons->addWidget(duplicate_);
    buttons->addWidget(remove_);
    auto* typedRow = new QHBoxLayout;
    typedRow->setContentsMargins(12, 0, 12, 0);
    typedRow->addWidget(typed_);
    auto* line = new QFrame;
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);

    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(editor_);
    scroll->viewport()->setBackgroundRole(QPalette::Base);
    editor_->setAutoFillBackground(false);

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(view_);
    layout->addLayout(typedRow);
    layout->addLayout(buttons);
    layout->addLayout(makeImportanceRow());
    layout->addWidget(line);
    layout->addWidget(scroll, 1);
    setContent(content);

    connect(add_, &QToolButton::clicked, this,
            [this] { menu_->popup(add_->mapToGlobal(QPoint(0, add_->height()))); });
    connect(typed_, &SchemeTextEdit::entered, this, [this](const QString& text) {
        workspace_->addScheme(parse_plan(text.toStdString()));
        typed_->hide();
        view_->setFocus();
    });
    typed_->field()->installEventFilter(this);
    connect(duplicate_, &QToolButton::clicked, this,
            [this] { workspace_->duplicateScheme(workspace_->focus()); });
    connect(remove_, &QToolButton::clicked, this,
            [this] { workspace_->removeScheme(workspace_->focus()); });
    auto* removeKey =
        new QShortcut(QKeySequence::Delete, view_, nullptr, nullptr, Qt::WidgetShortcut);
    connect(removeKey, &QShortcut::activated, remove_, &QToolButton::click);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                if (index.isValid()) {
                    workspace_->setFocus(index.data(SchemeList::kIdRole).toInt());
                }
            });
    connect(schemes_, &QAbstractItemModel::modelReset, this, &SchemeDock::showFocus);
    connect(workspace_, &Workspace::focusChanged, this, &SchemeDock::showFocus);
    retranslate();
    showFocus();
}

QLayout* SchemeDock::makeImportanceRow() {
    importance_->setObjectName(QStringLiteral("importance"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 8, 0);
    row->setSpacing(4);
    row->addWidget(importance_, 1);
    row->addWidget(chooseImportance_);
    row->addWidget(clearImportance_);
    connect(chooseImportance_, &QToolButton::clicked, this, &SchemeDock::importanceRequested);
    connect(clearImportance_, &QToolButton::clicked, workspace_, &Workspace::clearImportance);
    connect(workspace_, &Workspace::importanceChanged, this, &SchemeDock::showImportance);
    return row;
}

void SchemeDock::showImportance() {
    const auto importance = workspace_->importance();
    QString text = tr("no importance matrix");
    QString toolTip = tr("Schemes that are weighted by importance need one.");
    if (importance) {
        const QString path = QString::fromStdString(importance->path.string());
        const QString entries =
            tr("%n entry(s)", nullptr, static_cast<int>(importance->entries.size()));
        const QString chunks =
            tr("%n chunk(s)", nullptr, static_cast<int>(importance->chunk_count));
        text = tr("imatrix: %1, %2, %3", "file, entries, chunks")
                   .arg(path.isEmpty() ? tr("calibration") : QFileInfo(path).fileName(), entries,
                        chunks);
        QStringList lines{text};
        if (!path.isEmpty()) {
            lines << QDir::toNativeSeparators(path);
        }
        for (const std::string& dataset : importance->datasets) {
            lines << tr("made of %1", "a text").arg(calibrationTextTitle(dataset));
        }
        toolTip = lines.join(u'\n');
    }
    importance_->setText(text);
    importance_->setToolTip(Qt::convertFromPlainText(toolTip, Qt::WhiteSpaceNormal));
    clearImportance_->setVisible(importance != nullptr);
}

void SchemeDock::showFocus() {
    view_->setCurrentIndex(schemes_->indexOf(workspace_->focus()));
    const bool any = workspace_->focus() != Workspace::kNoScheme;
    add_->setEnabled(workspace_->canAddScheme());
    duplicate_->setEnabled(any && workspace_->canAddScheme());
    remove_->setEnabled(any);
    fitList();
}

// The list is as high as its rows, so that the editor gets the rest.
void SchemeDock::fitList() {
    const int row = view_->sizeHintForRow(0);
    view_->setFixedHeight(std::max(1, schemes_->rowCount()) * std::max(row, 1));
}

void SchemeDock::addPreset(QMenu* menu, const QString& title, const QString& text,
                           const QString& description) {
    QAction* action = menu->addAction(title);
    action->setToolTip(description.isEmpty() ? text : text + u'\n' + description);
    connect(action, &QAction::triggered, this,
            [this, text] { workspace_->addScheme(parse_plan(text.toStdString())); });
}

QMenu* SchemeDock::addMenu(const QString& title) {
    QMenu* menu = menu_->addMenu(title);
    menu->setToolTipsVisible(true);
    return menu;
}

void SchemeDock::fillMenu() {
    menu_->clear();
    qDeleteAll(menu_->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));
    menu_->setToolTipsVisible(true);
    QMenu* mixtures = addMenu(tr("Recipes: Q2_K … Q8_0"));
    for (const RecipeInfo& recipe : recipes()) {
        const QString name = toQString(recipe.name);
        addPreset(mixtures, name, QStringLiteral("recipe:") + name, recipeExplanation(recipe.base));
    }
    menu_->addSeparator();
    for (const GridGroup& group : storageGroups()) {
        QMenu* menu = addMenu(group.title);
        for (const DType dtype : group.dtypes) {
            const QString title = toQString(name(dtype));
            // Behind the tabulator, at the right edge, are the bits per weight.
            addPreset(menu, title + u'\t' + bitsText(bits_per_value(dtype)), title.toLower(),
                      storageExplanation(dtype));
        }
    }
    QMenu* integers = addMenu(tr("Integers"));
    for (const Preset& preset : presets()) {
        addPreset(integers, toQString(preset.title), toQString(preset.text),
                  translated(preset.description));
    }
    QMenu* textbook = addMenu(tr("Textbook Variants"));
    addPreset(textbook, tr("Symmetric, 8 bits"), QStringLiteral("textbook_sym8"));
    addPreset(textbook, tr("Symmetric, 4 bits"), QStringLiteral("textbook_sym4"));
    addPreset(textbook, tr("Asymmetric, 8 bits"), QStringLiteral("textbook_asym8"));
    addPreset(textbook, tr("Asymmetric, 4 bits"), QStringLiteral("textbook_asym4"));
    addPreset(textbook, tr("Q4_0 by max/7"), QStringLiteral("textbook_q4_0"));
    menu_->addSeparator();
    menu_->addAction(tr("Type a Scheme…"), this, &SchemeDock::startTyping);
}

void SchemeDock::startTyping() {
    typed_->setText({});
    typed_->show();
    typed_->setFocus();
}

bool SchemeDock::eventFilter(QObject* watched, QEvent* event) {
    // Escape leaves the field before it stops jobs.
    const bool pressed = event->type() == QEvent::KeyPress;
    if (watched == typed_->field() && (pressed || event->type() == QEvent::ShortcutOverride) &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        if (pressed) {
            typed_->hide();
            view_->setFocus();
        }
        return true;
    }
    return Dock::eventFilter(watched, event);
}

void SchemeDock::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        fitList();
    }
    Dock::changeEvent(event);
}

void SchemeDock::retranslate() {
    setTitle(tr("Schemes"));
    add_->setText(tr("Add scheme…"));
    add_->setToolTip(tr("Compare another scheme (%1 at most)").arg(Workspace::kMaxSchemes));
    duplicate_->setToolTip(tr("Duplicate the selected scheme"));
    duplicate_->setAccessibleName(tr("Duplicate the selected scheme"));
    remove_->setToolTip(tr("Remove the selected scheme (Delete)"));
    remove_->setAccessibleName(tr("Remove the selected scheme"));
    view_->setAccessibleName(tr("Schemes being compared"));
    chooseImportance_->setText(tr("Choose…"));
    chooseImportance_->setToolTip(
        tr("Open an importance matrix (imatrix) as llama.cpp's tools make it"));
    chooseImportance_->setAccessibleName(tr("Choose an importance matrix"));
    clearImportance_->setToolTip(tr("Work without the importance matrix"));
    clearImportance_->setAccessibleName(tr("Work without the importance matrix"));
    importance_->setAccessibleName(tr("Importance matrix"));
    showImportance();
    typed_->field()->setPlaceholderText(tr("for example q4_k_m or int4:g64:asym"));
    typed_->field()->setAccessibleName(tr("New scheme as text"));
    fillMenu();
}

}  // namespace ql::gui
