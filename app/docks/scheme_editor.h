#pragma once

#include <QWidget>
#include <functional>

#include "core/schemes/plan.h"

class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QToolButton;

namespace ql::gui {

class Callout;
class FitChoice;
class GroupedChoice;
class RoundingChoice;
class RuleEditor;
class SchemeTextEdit;
class Workspace;

/// The four answers of the scheme in focus (or its recipe), its text and its rules. Offers only
/// what combines; every change replaces the plan in the workspace, where it can be undone.
class SchemeEditor : public QWidget {
    Q_OBJECT

  public:
    explicit SchemeEditor(Workspace* workspace, QWidget* parent = nullptr);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    template <class Field>
    Field* addField(const char* name);
    template <class Box = QComboBox>
    Box* addChoice(const char* name);
    void fillChoices();
    void fillGrids();
    void fillRecipes();
    void load();
    void loadGrid(const GridSpec* grid);
    void loadTransform(const Scheme* scheme);
    void loadFit(const PlanBase& base);
    void loadRounding(const PlanBase& base);
    void fillActivations();
    void explain(const Plan& plan);
    QString decisionHere(const Plan& plan) const;
    void edit(const std::function<void(Plan&)>& change);
    void editGrid(const std::function<void(GridSpec&)>& change);
    void editTransform();
    void editFit(const Fit& fit);
    void editRounding(const std::optional<Gptq>& gptq);
    void setRowVisible(QWidget* field, bool visible);
    void retranslate();

    Workspace* workspace_;
    QLabel* title_;
    QFormLayout* form_;
    QComboBox* transform_;
    QDoubleSpinBox* alpha_;
    QComboBox* recipe_;
    GroupedChoice* grid_;
    QComboBox* bits_;
    QComboBox* granularity_;
    QComboBox* group_;
    QComboBox* symmetry_;
    QComboBox* scale_;
    QComboBox* scaling_;
    FitChoice* fit_;
    RoundingChoice* rounding_;
    QComboBox* activations_;
    SchemeTextEdit* text_;
    QToolButton* copy_;
    Callout* explanation_;
    RuleEditor* rules_;
};

}  // namespace ql::gui
