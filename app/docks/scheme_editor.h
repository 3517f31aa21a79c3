#pragma once

#include <QWidget>
#include <functional>

#include "core/schemes/scheme.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QToolButton;

namespace ql::gui {

class Callout;
class SchemeTextEdit;
class Workspace;

/// The four answers of the scheme in focus. Offers only what combines; every change replaces the
/// scheme in the workspace, where it can be undone.
class SchemeEditor : public QWidget {
    Q_OBJECT

  public:
    explicit SchemeEditor(Workspace* workspace, QWidget* parent = nullptr);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    QComboBox* addChoice(const char* name);
    QLabel* addAnswer(const char* name);
    void fillChoices();
    void load();
    void loadGrid(const GridSpec& grid);
    void explain(const Scheme& scheme);
    void edit(const std::function<void(GridSpec&)>& change);
    void setRowVisible(QComboBox* choice, bool visible);
    void retranslate();

    Workspace* workspace_;
    QLabel* title_;
    QFormLayout* form_;
    QLabel* transform_;
    QComboBox* grid_;
    QComboBox* bits_;
    QComboBox* granularity_;
    QComboBox* group_;
    QComboBox* symmetry_;
    QComboBox* scale_;
    QLabel* fit_;
    QLabel* rounding_;
    QLabel* activations_;
    SchemeTextEdit* text_;
    QToolButton* copy_;
    Callout* explanation_;
};

}  // namespace ql::gui
