#pragma once

#include "app/docks/dock.h"

class QListView;
class QMenu;
class QToolButton;

namespace ql::gui {

class SchemeEditor;
class SchemeList;
class SchemeTextEdit;
class Workspace;

/// The right side: the schemes being compared, and the four answers of the one in focus.
class SchemeDock : public Dock {
    Q_OBJECT

  public:
    explicit SchemeDock(Workspace* workspace, QWidget* parent = nullptr);

    /// Presets, storage types, textbook variants: everything that can be added.
    QMenu* addMenu() const { return menu_; }

  protected:
    void retranslate() override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void fillMenu();
    void addPreset(QMenu* menu, const QString& title, const QString& text,
                   const QString& description = {});
    void startTyping();
    void showFocus();
    void fitList();

    Workspace* workspace_;
    SchemeList* schemes_;
    QListView* view_;
    QMenu* menu_;
    QToolButton* add_;
    QToolButton* duplicate_;
    QToolButton* remove_;
    SchemeTextEdit* typed_;  ///< a new scheme as text; hidden unless asked for
    SchemeEditor* editor_;
};

}  // namespace ql::gui
