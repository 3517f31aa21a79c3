#include "app/main_window.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/actions.h"
#include "app/calibration_request.h"
#include "app/close_guard.h"
#include "app/dialogs/calibrate_dialog.h"
#include "app/dialogs/export_dialog.h"
#include "app/dialogs/help_dialogs.h"
#include "app/docks/log_dock.h"
#include "app/docks/model_dock.h"
#include "app/docks/scheme_dock.h"
#include "app/file_opener.h"
#include "app/job_feedback.h"
#include "app/jobs.h"
#include "app/language.h"
#include "app/pages/activations_page.h"
#include "app/pages/compare_page.h"
#include "app/pages/error_page.h"
#include "app/pages/method_page.h"
#include "app/pages/overview_page.h"
#include "app/pages/weights_page.h"
#include "app/pages/welcome_page.h"
#include "app/settings.h"
#include "app/text.h"
#include "app/workspace.h"
#include "widgets/icons.h"
#include "widgets/job_strip.h"

namespace ql::gui {

namespace {

// Raise when docks or toolbars change so that an old state would fit badly.
constexpr int kLayoutVersion = 1;
constexpr int kModelDockWidth = 310;
constexpr int kSchemeDockWidth = 272;
const QString kGeometry = QStringLiteral("window_geometry");
const QString kState = QStringLiteral("window_state");

}  // namespace

MainWindow::MainWindow(Settings* settings, Theme* theme, Language* language)
    : settings_(settings),
      theme_(theme),
      language_(language),
      jobs_(new Jobs(this)),
      workspace_(new Workspace(jobs_, this)),
      actions_(new Actions(this)),
      opener_(new FileOpener(workspace_, settings, this)),
      closeGuard_(new CloseGuard(this, jobs_)),
      modelDock_(new ModelDock(workspace_, settings, this)),
      schemeDock_(new SchemeDock(workspace_, this)),
      logDock_(new LogDock(this)),
      welcome_(new WelcomePage(settings)),
      centre_(new QStackedWidget),
      tabs_(new QTabWidget),
      strip_(new MessageStrip),
      jobStrip_(new JobStrip),
      feedback_(new JobFeedback(jobs_, jobStrip_, this)),
      toolBar_(new QToolBar),
      openButton_(new QToolButton),
      runButton_(new QToolButton) {
    setAcceptDrops(true);
    setWindowIcon(appIcon());
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    buildToolBar();
    buildCentre();
    addDockWidget(Qt::LeftDockWidgetArea, modelDock_);
    addDockWidget(Qt::RightDockWidgetArea, schemeDock_);
    addDockWidget(Qt::BottomDockWidgetArea, logDock_);
    actions_->fillMenuBar(menuBar(),
                          {modelDock_->toggleViewAction(), schemeDock_->toggleViewAction(),
                           logDock_->toggleViewAction()},
                          schemeDock_->addMenu());
    connectActions();
    connectWorkspace();
    retranslate();
    resetLayout();
    restoreGeometry(settings_->layout(kGeometry));
    restoreState(settings_->layout(kState), kLayoutVersion);
    modelDock_->restoreLayout();
    adoptModel();
}

// Pages use the workspace, and the workspace uses the jobs: they go in this order.
MainWindow::~MainWindow() {
    delete takeCentralWidget();
    delete workspace_;
}

QList<Page*> MainWindow::pages() const {
    QList<Page*> result;
    for (int i = 0; i < tabs_->count(); ++i) {
        result.append(static_cast<Page*>(tabs_->widget(i)));
    }
    return result;
}

void MainWindow::buildToolBar() {
    toolBar_->setObjectName(QStringLiteral("toolBar"));
    toolBar_->setMovable(false);
    toolBar_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    openButton_->setDefaultAction(actions_->open);
    openButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    openButton_->setPopupMode(QToolButton::MenuButtonPopup);
    openButton_->setMenu(actions_->recent);
    toolBar_->addWidget(openButton_);
    toolBar_->addAction(actions_->calibrate);
    toolBar_->addSeparator();
    runButton_->setDefaultAction(actions_->run);
    runButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setPrimary(runButton_);
    toolBar_->addWidget(runButton_);
    toolBar_->addAction(actions_->stop);
    toolBar_->addSeparator();
    toolBar_->addAction(actions_->exportModel);
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    toolBar_->addWidget(space);
    toolBar_->addAction(actions_->switchLanguage);
    toolBar_->addAction(actions_->switchTheme);
    auto* theme = static_cast<QToolButton*>(toolBar_->widgetForAction(actions_->switchTheme));
    theme->setToolButtonStyle(Qt::ToolButtonIconOnly);
    addToolBar(Qt::TopToolBarArea, toolBar_);
    setContextMenuPolicy(Qt::NoContextMenu);
}

void MainWindow::buildCentre() {
    tabs_->setDocumentMode(true);
    auto* overview = new OverviewPage(workspace_, jobs_);
    auto* weights = new WeightsPage(workspace_, jobs_);
    auto* activations = new ActivationsPage(workspace_, jobs_);
    auto* error = new ErrorPage(workspace_, jobs_);
    auto* method = new MethodPage(workspace_, jobs_);
    auto* compare = new ComparePage(workspace_, jobs_);
    connect(activations, &ActivationsPage::calibrateRequested, actions_->calibrate,
            &QAction::trigger);
    connect(method, &MethodPage::calibrateRequested, this,
            [this](bool keepGrams) { showCalibrate({}, keepGrams); });
    // A weight chosen in a heatmap is where the other pages look.
    connect(error, &ErrorPage::cellChosen, weights, &WeightsPage::setCell);
    connect(compare, &ComparePage::cellChosen, weights, &WeightsPage::setCell);
    connect(compare, &ComparePage::cellChosen, error, &ErrorPage::setCell);
    connect(error, &ErrorPage::cellChosen, method, &MethodPage::setCell);
    connect(compare, &ComparePage::cellChosen, method, &MethodPage::setCell);
    for (Page* page :
         std::initializer_list<Page*>{overview, weights, activations, error, method, compare}) {
        tabs_->addTab(page, page->title());
        connect(page, &Page::message, this, [this](const QString& text, bool isError) {
            tell(isError ? Severity::error : Severity::info, text);
        });
    }
    centre_->addWidget(welcome_);
    centre_->addWidget(tabs_);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(strip_);
    layout->addWidget(centre_, 1);
    setCentralWidget(content);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(0, 0, 0, 0);
    statusBar()->addPermanentWidget(jobStrip_, 1);
}

void MainWindow::connectActions() {
    const Actions& a = *actions_;
    connect(a.open, &QAction::triggered, this, [this] { opener_->showDialog(false); });
    connect(a.openFolder, &QAction::triggered, this, [this] { opener_->showDialog(true); });
    connect(a.openDemo, &QAction::triggered, workspace_, &Workspace::openDemo);
    connect(a.closeModel, &QAction::triggered, workspace_, &Workspace::closeModel);
    connect(a.exportModel, &QAction::triggered, this, &MainWindow::showExport);
    connect(a.quit, &QAction::triggered, this, &QWidget::close);
    connect(a.undo, &QAction::triggered, workspace_->undoStack(), &QUndoStack::undo);
    connect(a.redo, &QAction::triggered, workspace_->undoStack(), &QUndoStack::redo);
    connect(a.find, &QAction::triggered, modelDock_, &ModelDock::focusFilter);
    for (int page = 0; page < Actions::kPages; ++page) {
        connect(a.pages[page], &QAction::triggered, this, [this, page] { showPage(page); });
    }
    connect(a.themes, &QActionGroup::triggered, this,
            [this](const QAction* action) { setTheme(action->data().toInt()); });
    connect(a.languages, &QActionGroup::triggered, this,
            [this](const QAction* action) { setLanguage(action->data().toString()); });
    connect(a.switchTheme, &QAction::triggered, this, [this] {
        setTheme(static_cast<int>(theme_->isDark() ? ThemeMode::light : ThemeMode::dark));
    });
    connect(a.switchLanguage, &QAction::triggered, this, [this] {
        setLanguage(language_->current() == u"en" ? QStringLiteral("zh_CN") : QStringLiteral("en"));
    });
    connect(a.fullScreen, &QAction::triggered, this,
            [this](bool on) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, on)); });
    connect(a.resetLayout, &QAction::triggered, this, &MainWindow::resetLayout);
    connect(a.calibrate, &QAction::triggered, this, [this] { showCalibrate(); });
    connect(a.importance, &QAction::triggered, opener_, &FileOpener::showImportanceDialog);
    connect(schemeDock_, &SchemeDock::importanceRequested, opener_,
            &FileOpener::showImportanceDialog);
    connect(a.clearImportance, &QAction::triggered, workspace_, &Workspace::clearImportance);
    connect(a.sizes, &QAction::triggered, this, &MainWindow::showSizes);
    connect(a.run, &QAction::triggered, workspace_, &Workspace::runComparison);
    connect(a.stop, &QAction::triggered, jobs_, [this] { jobs_->cancelLane(Lane::heavy); });
    connect(a.shortcuts, &QAction::triggered, this,
            [this] { showShortcuts(actions_->withShortcut(), this); });
    connect(a.about, &QAction::triggered, this, [this] { showAbout(this); });
    connect(a.recent, &QMenu::aboutToShow, opener_,
            [this] { opener_->fillRecent(actions_->recent); });

    connect(welcome_, &WelcomePage::openRequested, this, [this] { opener_->showDialog(false); });
    connect(welcome_, &WelcomePage::openFolderRequested, this,
            [this] { opener_->showDialog(true); });
    connect(welcome_, &WelcomePage::demoRequested, workspace_, &Workspace::openDemo);
    connect(welcome_, &WelcomePage::recentRequested, this, &MainWindow::openPath);
    connect(jobStrip_, &JobStrip::logRequested, logDock_,
            [this] { logDock_->setVisible(!logDock_->isVisible()); });
    connect(feedback_, &JobFeedback::logRequested, logDock_, &QWidget::show);
    connect(feedback_, &JobFeedback::ended, this,
            [this](const QString& text) { logDock_->add(Severity::info, text); });
    connect(logDock_, &LogDock::unseenChanged, jobStrip_, &JobStrip::setWarnings);
}

void MainWindow::connectWorkspace() {
    connect(workspace_, &Workspace::modelChanged, this, &MainWindow::adoptModel);
    connect(workspace_, &Workspace::openingChanged, welcome_, &WelcomePage::setOpening);
    connect(
        workspace_, &Workspace::openFailed, this, [this](const QString& path, const Error& error) {
            const QString name = path.isEmpty() ? tr("the demo model") : QFileInfo(path).fileName();
            tell(Severity::error,
                 tr("%1 could not be opened. %2").arg(name, translated(error.sentence())),
                 QString::fromStdString(error.context()));
        });
    connect(workspace_, &Workspace::importanceChanged, this, &MainWindow::tellImportance);
    connect(workspace_, &Workspace::calibrationChanged, this, &MainWindow::updateActions);
    connect(workspace_, &Workspace::calibrationNote, this,
            [this](const Sentence& note) { tell(Severity::info, translated(note)); });
    connect(workspace_, &Workspace::importanceDropped, this, [this](const QString& path) {
        tell(Severity::warning,
             tr("The importance matrix %1 was made for another model and is no longer used.")
                 .arg(QFileInfo(path).fileName()));
    });
    connect(jobs_, &Jobs::jobFailed, this, [this](const QString& title, const Error& error) {
        tell(Severity::error,
             tr("%1: %2", "a job; why it failed").arg(title, translated(error.sentence())),
             QString::fromStdString(error.context()));
    });
    connect(jobs_, &Jobs::changed, this, &MainWindow::updateActions);
    connect(workspace_, &Workspace::comparisonChanged, this, &MainWindow::updateActions);
    connect(workspace_, &Workspace::schemesChanged, this, &MainWindow::updateActions);
    connect(workspace_, &Workspace::modelRunsChanged, this, &MainWindow::updateActions);
    connect(workspace_->undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateTitles);
}

void MainWindow::tell(Severity severity, const QString& text, const QString& details) {
    strip_->showMessage(severity, text, details);
    logDock_->add(severity, text, details);
}

void MainWindow::openPath(const QString& path) { opener_->open(path); }

void MainWindow::showExport() {
    auto* dialog = new ExportDialog(workspace_, jobs_, settings_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showSizes() {
    auto* overview = findChild<OverviewPage*>();
    tabs_->setCurrentWidget(overview);
    overview->focusSizes();
}

void MainWindow::showCalibrate(const QString& text, bool keepGrams) {
    auto* dialog = new CalibrateDialog(workspace_, jobs_, settings_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (!text.isEmpty()) {
        dialog->setText(text);
    }
    if (keepGrams) {
        dialog->keepGrams();
    }
    dialog->open();
}

void MainWindow::tellImportance() {
    const auto importance = workspace_->importance();
    if (importance && !importance->path.empty()) {
        logDock_->add(Severity::info, tr("The importance matrix %1 is used.")
                                          .arg(QString::fromStdString(importance->path.string())));
    }
    updateActions();
}

void MainWindow::adoptModel() {
    const auto model = workspace_->model();
    centre_->setCurrentWidget(model ? static_cast<QWidget*>(tabs_) : welcome_);
    if (model) {
        for (const Sentence& warning : model->warnings()) {
            tell(Severity::warning, translated(warning));
        }
    }
    setWindowFilePath(model ? workspace_->path() : QString());
    updateTitles();
    updateActions();
}

void MainWindow::updateActions() {
    const bool open = workspace_->model() != nullptr;
    const QList<JobInfo> running = jobs_->jobs();
    actions_->closeModel->setEnabled(open);
    actions_->exportModel->setEnabled(open);
    actions_->find->setEnabled(open);
    actions_->sizes->setEnabled(open);
    actions_->calibrate->setEnabled(open && !workspace_->calibrating());
    actions_->clearImportance->setEnabled(workspace_->importance() != nullptr);
    actions_->run->setEnabled(workspace_->canRunComparison());
    actions_->stop->setEnabled(std::any_of(running.begin(), running.end(), [](const JobInfo& job) {
        return job.lane == Lane::heavy && !job.cancelling;
    }));
    for (QAction* page : std::as_const(actions_->pages)) {
        page->setEnabled(open);
    }
}

void MainWindow::updateTitles() {
    const auto model = workspace_->model();
    const QString program = QStringLiteral("Quantloupe");
    setWindowTitle(model ? toQString(model->title()) + QStringLiteral(" — ") + program : program);
    const QUndoStack& stack = *workspace_->undoStack();
    actions_->undo->setEnabled(stack.canUndo());
    actions_->redo->setEnabled(stack.canRedo());
    actions_->undo->setText(stack.canUndo() ? tr("&Undo: %1").arg(workspace_->undoText())
                                            : tr("&Undo"));
    actions_->redo->setText(stack.canRedo() ? tr("&Redo: %1").arg(workspace_->redoText())
                                            : tr("&Redo"));
}

void MainWindow::showPage(int index) { tabs_->setCurrentIndex(index); }

void MainWindow::setTheme(int mode) {
    theme_->setMode(static_cast<ThemeMode>(mode));
    settings_->setTheme(theme_->mode());
    actions_->themes->actions().at(mode)->setChecked(true);
}

void MainWindow::setLanguage(const QString& language) {
    language_->set(language);
    settings_->setLanguage(language);
    for (QAction* action : actions_->languages->actions()) {
        action->setChecked(action->data().toString() == language);
    }
}

void MainWindow::resetLayout() {
    setWindowState(Qt::WindowNoState);  // a full screen has no size of its own
    resize(1366, 768);
    for (QDockWidget* dock :
         std::initializer_list<QDockWidget*>{modelDock_, schemeDock_, logDock_}) {
        dock->setFloating(false);
    }
    addDockWidget(Qt::LeftDockWidgetArea, modelDock_);
    addDockWidget(Qt::RightDockWidgetArea, schemeDock_);
    addDockWidget(Qt::BottomDockWidgetArea, logDock_);
    modelDock_->show();
    schemeDock_->show();
    logDock_->hide();
    toolBar_->show();
    resizeDocks({modelDock_, schemeDock_}, {kModelDockWidth, kSchemeDockWidth}, Qt::Horizontal);
    modelDock_->resetLayout();
}

void MainWindow::saveLayout() {
    settings_->setLayout(kGeometry, saveGeometry());
    settings_->setLayout(kState, saveState(kLayoutVersion));
    modelDock_->saveLayout();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    const bool now = closeGuard_->mayClose();
    if (now) {
        saveLayout();
    }
    event->setAccepted(now);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!FileOpener::draggedPath(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    const QString path = FileOpener::draggedPath(event->mimeData());
    if (isCalibrationFile(path)) {
        workspace_->openCalibration(path);
    } else if (isCalibrationText(path) && workspace_->model()) {
        showCalibrate(path);
    } else {
        openPath(path);
    }
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
    } else if (event->type() == QEvent::WindowStateChange) {
        actions_->fullScreen->setChecked(isFullScreen());
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::retranslate() {
    actions_->retranslate();
    feedback_->retranslate();
    const QList<Page*> all = pages();
    for (int i = 0; i < all.size(); ++i) {
        tabs_->setTabText(i, all[i]->title());
        tabs_->setTabToolTip(i, all[i]->description());
        actions_->pages[i]->setText(all[i]->title());
    }
    toolBar_->setWindowTitle(tr("Toolbar"));
    toolBar_->toggleViewAction()->setText(tr("Toolbar"));
    tabs_->setAccessibleName(tr("Pages"));
    updateTitles();
}

}  // namespace ql::gui
