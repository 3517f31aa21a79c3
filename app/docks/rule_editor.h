#pragma once

#include <QWidget>
#include <functional>
#include <vector>

#include "core/schemes/plan.h"

class QLabel;
class QToolButton;
class QTreeView;

namespace ql::gui {

class RuleList;
class SchemeTextEdit;
class Workspace;

/// The rules of the plan in focus. New ones are typed or pasted into the field below the list; the
/// selected one is changed there, too (Return, F2 or a double click), moved with Alt+Up and
/// Alt+Down, and removed with Delete.
class RuleEditor : public QWidget {
    Q_OBJECT

  public:
    explicit RuleEditor(Workspace* workspace, QWidget* parent = nullptr);

    void retranslate();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void load();
    void buildLayout();
    void fitHeight();
    void updateButtons();
    void startEditing();
    void stopEditing();
    void take(const QString& text);
    void removeSelected();
    void move(int by);
    int selected() const;
    void select(int rule);
    void edit(const std::function<void(std::vector<PlanRule>&)>& change);
    bool keyInList(int key, Qt::KeyboardModifiers modifiers);

    Workspace* workspace_;
    RuleList* rules_;
    QLabel* title_;
    QToolButton* up_;
    QToolButton* down_;
    QToolButton* remove_;
    QTreeView* view_;
    SchemeTextEdit* field_;
    int editing_ = -1;  ///< the rule that the field will replace; -1: it adds
    int scheme_ = 0;    ///< whose rules are shown
};

}  // namespace ql::gui
