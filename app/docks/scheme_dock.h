#pragma once

#include "app/docks/dock.h"

class QLayout;
class QListView;
class QMenu;
class QToolButton;

namespace ql::gui {

class ElidedLabel;
class SchemeEditor;
class SchemeList;
class SchemeTextEdit;
class Workspace;

/// The right side: the schemes being compared, the importance matrix that they may use, and the
/// four answers of the one in focus.
class SchemeDock : public Dock {
    Q_OBJECT

  public:
    explicit SchemeDock(Workspace* workspace, QWidget* parent = nullptr);

    /// Recipes, storage types, presets, textbook variants: everything that can be added.
    QMenu* addMenu() const { return menu_; }

  signals:
    /// The user wants to choose an importance matrix.
    void importanceRequested();

  protected:
    void retranslate() override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QLayout* makeImportanceRow();
    void fillMenu();
    QMenu* addMenu(const QString& title);
    void addPreset(QMenu* menu, const QString& title, const QString& text,
                   const QString& description = {});
    void startTyping();
    void showImportance();
    void showFocus();
    void fitList();

    Workspace* workspace_;
    SchemeList* schemes_;
    QListView* view_;
    QMenu* menu_;
    QToolButton* add_;
    QToolButton* duplicate_;
    QToolButton* remove_;
    ElidedLabel* importance_;  ///< "imatrix: wiki.dat, 84 entries, 200 chunks"
    QToolButton* chooseImportance_;
    QToolButton* clearImportance_;
    SchemeTextEdit* typed_;  ///< a new scheme as text; hidden unless asked for
    SchemeEditor* editor_;
};

}  // namespace ql::gui
