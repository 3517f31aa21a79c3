#pragma once

#include <QList>
#include <QObject>

class QAction;
class QActionGroup;
class QMenu;
class QMenuBar;

namespace ql::gui {

/// Every command of the window: its text, icon, shortcut and place in the menus. What a command
/// does is connected by the window.
class Actions : public QObject {
    Q_OBJECT

    QList<QAction*> all_;  ///< stands first: making the actions below fills it

  public:
    static constexpr int kPages = 6;

    explicit Actions(QObject* parent);

    /// Fills the menu bar. `docks` are the toggle actions of the docks, `addScheme` a ready menu.
    void fillMenuBar(QMenuBar* bar, const QList<QAction*>& docks, QMenu* addScheme);
    void retranslate();

    QAction* open;
    QAction* openFolder;
    QAction* openDemo;
    QAction* closeModel;
    QAction* exportModel;
    QAction* quit;
    QAction* undo;  ///< of the scheme list; text and state follow the undo stack
    QAction* redo;
    QAction* find;
    QList<QAction*> pages;
    QActionGroup* themes;     ///< data: ThemeMode as int
    QActionGroup* languages;  ///< data: "", "en", "zh_CN"
    QAction* switchLanguage;
    QAction* switchTheme;
    QAction* fullScreen;
    QAction* resetLayout;
    QAction* calibrate;
    QAction* importance;
    QAction* clearImportance;
    QAction* sizes;
    QAction* run;
    QAction* stop;
    QAction* shortcuts;
    QAction* about;

    QMenu* recent;  ///< filled by the window

    /// All commands that have a shortcut, in the order of the menus.
    QList<QAction*> withShortcut() const;

  private:
    QAction* add(const QString& iconName = {});
    QAction* addChoice(QActionGroup* group, const QVariant& value);

    QMenu* file_;
    QMenu* edit_;
    QMenu* view_;
    QMenu* theme_;
    QMenu* language_;
    QMenu* model_;
    QMenu* compare_;
    QMenu* help_;
};

}  // namespace ql::gui
