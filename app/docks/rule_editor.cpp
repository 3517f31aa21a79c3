#include "app/docks/rule_editor.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

#include "app/docks/rule_list.h"
#include "app/docks/rule_text.h"
#include "app/docks/scheme_text_edit.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

namespace {

constexpr int kMostRows = 6;  // more are scrolled

QToolButton* smallButton(const QString& iconName) {
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    return button;
}

}  // namespace

RuleEditor::RuleEditor(Workspace* workspace, QWidget* parent)
    : QWidget(parent),
      workspace_(workspace),
      rules_(new RuleList(this)),
      title_(new QLabel),
      up_(smallButton(QStringLiteral("up"))),
      down_(smallButton(QStringLiteral("down"))),
      remove_(smallButton(QStringLiteral("remove"))),
      view_(new QTreeView),
      field_(new SchemeTextEdit(nullptr, [](const std::string& text) { parseRules(text); })) {
    field_->field()->setObjectName(QStringLiteral("rule"));
    field_->field()->installEventFilter(this);
    view_->setObjectName(QStringLiteral("rules"));
    view_->setModel(rules_);
    view_->setRootIsDecorated(false);
    view_->setHeaderHidden(true);
    view_->setUniformRowHeights(true);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->installEventFilter(this);
    QHeaderView* header = view_->header();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(24);
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(RuleList::kPattern, QHeaderView::Stretch);
    buildLayout();

    connect(field_, &SchemeTextEdit::entered, this, &RuleEditor::take);
    connect(up_, &QToolButton::clicked, this, [this] { move(-1); });
    connect(down_, &QToolButton::clicked, this, [this] { move(1); });
    connect(remove_, &QToolButton::clicked, this, &RuleEditor::removeSelected);
    connect(view_, &QTreeView::doubleClicked, this, &RuleEditor::startEditing);
    connect(view_->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &RuleEditor::updateButtons);
    connect(rules_, &QAbstractItemModel::modelReset, this, &RuleEditor::updateButtons);
    connect(workspace_, &Workspace::schemesChanged, this, &RuleEditor::load);
    connect(workspace_, &Workspace::focusChanged, this, &RuleEditor::load);
    connect(workspace_, &Workspace::modelRunsChanged, this, &RuleEditor::load);
}

void RuleEditor::buildLayout() {
    title_->setFont(titleFont(font()));
    auto* head = new QHBoxLayout;
    head->setSpacing(0);
    head->addWidget(title_, 1);
    head->addWidget(up_);
    head->addWidget(down_);
    head->addWidget(remove_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(view_);
    layout->addWidget(field_);
}

void RuleEditor::load() {
    const ComparedScheme* compared = workspace_->scheme(workspace_->focus());
    const int id = compared ? compared->id : Workspace::kNoScheme;
    if (id != scheme_) {
        scheme_ = id;
        stopEditing();
    }
    rules_->setRules(compared ? compared->plan.rules : std::vector<PlanRule>());
    rules_->setPreview(workspace_->modelPreview(id));
    if (editing_ >= rules_->rowCount()) {
        stopEditing();
    }
    fitHeight();
    updateButtons();
}

void RuleEditor::fitHeight() {
    const int rows = std::min(rules_->rowCount(), kMostRows);
    view_->setVisible(rows > 0);
    view_->setFixedHeight(std::max(1, rows * view_->sizeHintForRow(0)));
}

void RuleEditor::updateButtons() {
    const int rule = selected();
    up_->setEnabled(rule > 0);
    down_->setEnabled(rule >= 0 && rule + 1 < rules_->rowCount());
    remove_->setEnabled(rule >= 0);
    for (QToolButton* button : {up_, down_, remove_}) {
        button->setVisible(rules_->rowCount() > 0);
    }
}

int RuleEditor::selected() const {
    return view_->currentIndex().isValid() ? view_->currentIndex().row() : -1;
}

void RuleEditor::select(int rule) { view_->setCurrentIndex(rules_->index(rule, 0)); }

void RuleEditor::edit(const std::function<void(std::vector<PlanRule>&)>& change) {
    if (const ComparedScheme* compared = workspace_->scheme(scheme_)) {
        Plan plan = compared->plan;
        change(plan.rules);
        workspace_->replaceScheme(compared->id, plan);
        load();
    }
}

void RuleEditor::take(const QString& text) {
    const std::vector<PlanRule> typed = parseRules(text.toStdString());
    if (typed.empty()) {
        stopEditing();
        return;
    }
    const int place = editing_ < 0 ? rules_->rowCount() : editing_;
    edit([&](std::vector<PlanRule>& rules) {
        auto at = rules.begin() + place;
        if (editing_ >= 0) {
            at = rules.erase(at);
        }
        rules.insert(at, typed.begin(), typed.end());
    });
    const bool changed = editing_ >= 0;
    stopEditing();
    select(place);
    if (changed) {
        view_->setFocus();
    }
}

void RuleEditor::startEditing() {
    editing_ = selected();
    if (editing_ >= 0) {
        const PlanRule& rule = rules_->rules()[static_cast<std::size_t>(editing_)];
        field_->setText(QString::fromStdString(format(rule)));
        field_->field()->setFocus();
        field_->field()->selectAll();
    }
}

void RuleEditor::stopEditing() {
    editing_ = -1;
    field_->setText({});
}

void RuleEditor::removeSelected() {
    const int rule = selected();
    if (rule < 0) {
        return;
    }
    stopEditing();
    edit([rule](std::vector<PlanRule>& rules) { rules.erase(rules.begin() + rule); });
    select(std::min(rule, rules_->rowCount() - 1));
}

void RuleEditor::move(int by) {
    const int from = selected();
    const int to = from + by;
    if (from < 0 || to < 0 || to >= rules_->rowCount()) {
        return;
    }
    stopEditing();
    edit([from, to](std::vector<PlanRule>& rules) {
        std::swap(rules[static_cast<std::size_t>(from)], rules[static_cast<std::size_t>(to)]);
    });
    select(to);
}

bool RuleEditor::keyInList(int key, Qt::KeyboardModifiers modifiers) {
    const bool alt = modifiers.testFlag(Qt::AltModifier);
    if (alt && (key == Qt::Key_Up || key == Qt::Key_Down)) {
        move(key == Qt::Key_Up ? -1 : 1);
        return true;
    }
    if (key == Qt::Key_Delete) {
        removeSelected();
        return true;
    }
    if (key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_F2) {
        startEditing();
        return true;
    }
    return false;
}

bool RuleEditor::eventFilter(QObject* watched, QEvent* event) {
    const bool pressed = event->type() == QEvent::KeyPress;
    if (!pressed && event->type() != QEvent::ShortcutOverride) {
        return QWidget::eventFilter(watched, event);
    }
    const auto* key = static_cast<QKeyEvent*>(event);
    if (watched == view_ && pressed) {
        return keyInList(key->key(), key->modifiers());
    }
    // Escape empties the field before it stops jobs.
    if (watched == field_->field() && key->key() == Qt::Key_Escape &&
        (editing_ >= 0 || !field_->field()->text().isEmpty())) {
        event->accept();
        if (pressed) {
            stopEditing();
        }
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void RuleEditor::retranslate() {
    title_->setText(tr("Rules"));
    title_->setToolTip(
        tr("Tensors whose name matches get another scheme. Where several rules match, the last "
           "one wins."));
    view_->setAccessibleName(tr("Rules of the scheme"));
    field_->field()->setPlaceholderText(tr("for example ffn_down=q6_k"));
    field_->field()->setAccessibleName(tr("Rule as text"));
    field_->field()->setToolTip(
        tr("pattern=scheme, then Return. A pattern is part of a tensor's name, a glob such as "
           "blk.0.*, or a /regular expression/; llama.cpp's --tensor-type options can be pasted, "
           "one or many. “keep” instead of a scheme keeps the stored type."));
    const auto label = [](QToolButton* button, const QString& text, const QString& toolTip) {
        button->setAccessibleName(text);
        button->setToolTip(toolTip);
    };
    label(up_, tr("Move the rule up"), tr("Move the rule up (Alt+Up)"));
    label(down_, tr("Move the rule down"), tr("Move the rule down (Alt+Down)"));
    label(remove_, tr("Remove the rule"), tr("Remove the rule (Delete)"));
    rules_->retranslate();
    load();
}

}  // namespace ql::gui
