#pragma once

#include <QMainWindow>

#include "widgets/message_strip.h"

class QStackedWidget;
class QTabWidget;
class QToolBar;
class QToolButton;

namespace ql::gui {

class Actions;
class CloseGuard;
class FileOpener;
class JobFeedback;
class JobStrip;
class Jobs;
class Language;
class LogDock;
class ModelDock;
class Page;
class SchemeDock;
class Settings;
class Theme;
class WelcomePage;
class Workspace;

/// The one window: it arranges docks, pages, bars and menus around the workspace, and connects
/// commands with what they do. It holds no data of its own.
class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    MainWindow(Settings* settings, Theme* theme, Language* language);
    ~MainWindow() override;

    Workspace* workspace() const { return workspace_; }
    Jobs* jobs() const { return jobs_; }
    Actions* actions() const { return actions_; }
    QList<Page*> pages() const;

    void openPath(const QString& path);
    void showPage(int index);
    void setTheme(int mode);
    void setLanguage(const QString& language);
    void tell(Severity severity, const QString& text, const QString& details = {});

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildToolBar();
    void buildCentre();
    void connectActions();
    void connectWorkspace();
    void showExport();
    void showSizes();
    void showCalibrate(const QString& text = {}, bool keepGrams = false);
    void tellImportance();
    void adoptModel();
    void updateActions();
    void updateTitles();
    void resetLayout();
    void saveLayout();
    void retranslate();

    Settings* settings_;
    Theme* theme_;
    Language* language_;
    Jobs* jobs_;
    Workspace* workspace_;
    Actions* actions_;
    FileOpener* opener_;
    CloseGuard* closeGuard_;
    ModelDock* modelDock_;
    SchemeDock* schemeDock_;
    LogDock* logDock_;
    WelcomePage* welcome_;
    QStackedWidget* centre_;
    QTabWidget* tabs_;
    MessageStrip* strip_;
    JobStrip* jobStrip_;
    JobFeedback* feedback_;
    QToolBar* toolBar_;
    QToolButton* openButton_;
    QToolButton* runButton_;
};

}  // namespace ql::gui
