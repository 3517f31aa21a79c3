#include "app/docks/scheme_dock.h"

#include <QEvent>
#include <QFrame>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QScrollArea>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/docks/scheme_editor.h"
#include "app/docks/scheme_list.h"
#include "app/docks/scheme_text_edit.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

QToolButton* flatButton(const QString& iconName) {
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
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
    layout->addWidget(line);
    layout->addWidget(scroll, 1);
    setContent(content);

    connect(add_, &QToolButton::clicked, this,
            [this] { menu_->popup(add_->mapToGlobal(QPoint(0, add_->height()))); });
    connect(typed_, &SchemeTextEdit::schemeEntered, this, [this](const Scheme& scheme) {
        workspace_->addScheme(scheme);
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
            [this, text] { workspace_->addScheme(parse_scheme(text.toStdString())); });
}

void SchemeDock::fillMenu() {
    menu_->clear();
    qDeleteAll(menu_->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));
    menu_->setToolTipsVisible(true);
    for (const DType dtype : encodable_dtypes()) {
        const QString title = toQString(name(dtype));
        addPreset(menu_, title, title.toLower());
    }
    menu_->addSeparator();
    for (const Preset& preset : presets()) {
        addPreset(menu_, toQString(preset.title), toQString(preset.text),
                  translated(preset.description));
    }
    menu_->addSeparator();
    QMenu* textbook = menu_->addMenu(tr("Textbook Variants"));
    textbook->setToolTipsVisible(true);
    addPreset(textbook, tr("Symmetric, 8 bits"), QStringLiteral("textbook_sym8"));
    addPreset(textbook, tr("Symmetric, 4 bits"), QStringLiteral("textbook_sym4"));
    addPreset(textbook, tr("Asymmetric, 8 bits"), QStringLiteral("textbook_asym8"));
    addPreset(textbook, tr("Asymmetric, 4 bits"), QStringLiteral("textbook_asym4"));
    addPreset(textbook, tr("Q4_0 by max/7"), QStringLiteral("textbook_q4_0"));
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
    typed_->field()->setPlaceholderText(tr("for example int4:g64:asym"));
    typed_->field()->setAccessibleName(tr("New scheme as text"));
    fillMenu();
}

}  // namespace ql::gui
