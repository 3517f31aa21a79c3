#include "app/actions.h"

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>
#include <algorithm>

#include "widgets/icons.h"
#include "widgets/theme.h"

namespace ql::gui {

Actions::Actions(QObject* parent)
    : QObject(parent),
      open(add(QStringLiteral("open"))),
      openFolder(add(QStringLiteral("folder"))),
      openDemo(add()),
      closeModel(add(QStringLiteral("close"))),
      exportModel(add(QStringLiteral("export"))),
      quit(add()),
      undo(add(QStringLiteral("undo"))),
      redo(add(QStringLiteral("redo"))),
      find(add(QStringLiteral("search"))),
      themes(new QActionGroup(this)),
      languages(new QActionGroup(this)),
      switchLanguage(add()),
      switchTheme(add(QStringLiteral("theme"))),
      fullScreen(add()),
      resetLayout(add()),
      calibrate(add(QStringLiteral("calibrate"))),
      importance(add()),
      clearImportance(add()),
      sizes(add()),
      run(add(QStringLiteral("run"))),
      stop(add(QStringLiteral("stop"))),
      shortcuts(add()),
      about(add()),
      recent(new QMenu),
      file_(new QMenu),
      edit_(new QMenu),
      view_(new QMenu),
      theme_(new QMenu),
      language_(new QMenu),
      model_(new QMenu),
      compare_(new QMenu),
      help_(new QMenu) {
    for (int page = 0; page < kPages; ++page) {
        pages.append(add());
        pages.last()->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + page)));
    }
    for (const ThemeMode mode : {ThemeMode::system, ThemeMode::light, ThemeMode::dark}) {
        addChoice(themes, static_cast<int>(mode));
    }
    for (const char* language : {"", "en", "zh_CN"}) {
        addChoice(languages, QString::fromLatin1(language));
    }
    open->setShortcut(QKeySequence::Open);
    openFolder->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
    closeModel->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_W));
    exportModel->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_E));
    quit->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Q));
    quit->setMenuRole(QAction::QuitRole);
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    find->setShortcut(QKeySequence::Find);
    fullScreen->setShortcut(QKeySequence(Qt::Key_F11));
    fullScreen->setCheckable(true);
    calibrate->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_K));
    importance->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_I));
    sizes->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_B));
    run->setShortcut(QKeySequence(Qt::Key_F5));
    stop->setShortcut(QKeySequence(Qt::Key_Escape));
    shortcuts->setShortcut(QKeySequence(Qt::Key_F1));
    about->setMenuRole(QAction::AboutRole);
    // A name for tests and for people who look at the object tree.
    exportModel->setObjectName(QStringLiteral("exportModel"));
    sizes->setObjectName(QStringLiteral("sizes"));
    calibrate->setObjectName(QStringLiteral("calibrate"));
    run->setObjectName(QStringLiteral("run"));
    stop->setObjectName(QStringLiteral("stop"));
    resetLayout->setObjectName(QStringLiteral("resetLayout"));
}

QAction* Actions::add(const QString& iconName) {
    auto* action = new QAction(this);
    if (!iconName.isEmpty()) {
        action->setIcon(icon(iconName));
    }
    all_.append(action);
    return action;
}

QAction* Actions::addChoice(QActionGroup* group, const QVariant& value) {
    QAction* action = add();
    action->setCheckable(true);
    action->setData(value);
    group->addAction(action);
    return action;
}

void Actions::fillMenuBar(QMenuBar* bar, const QList<QAction*>& docks, QMenu* addScheme) {
    file_->addActions({open, openFolder});
    file_->addMenu(recent);
    file_->addAction(openDemo);
    file_->addSeparator();
    file_->addActions({exportModel, closeModel});
    file_->addSeparator();
    file_->addAction(quit);
    edit_->addActions({undo, redo});
    edit_->addSeparator();
    edit_->addAction(find);
    view_->addActions(pages);
    view_->addSeparator();
    view_->addActions(docks);
    view_->addSeparator();
    view_->addMenu(theme_);
    view_->addMenu(language_);
    theme_->addActions(themes->actions());
    language_->addActions(languages->actions());
    view_->addSeparator();
    view_->addActions({fullScreen, resetLayout});
    model_->addAction(calibrate);
    model_->addSeparator();
    model_->addActions({importance, clearImportance});
    model_->addSeparator();
    model_->addAction(sizes);
    compare_->addMenu(addScheme);
    compare_->addSeparator();
    compare_->addActions({run, stop});
    help_->addAction(shortcuts);
    help_->addSeparator();
    help_->addAction(about);
    for (QMenu* menu : {file_, edit_, view_, model_, compare_, help_}) {
        menu->setParent(bar, menu->windowFlags());
        bar->addMenu(menu);
    }
    recent->setParent(file_, recent->windowFlags());
    theme_->setParent(view_, theme_->windowFlags());
    language_->setParent(view_, language_->windowFlags());
}

QList<QAction*> Actions::withShortcut() const {
    QList<QAction*> result;
    std::copy_if(all_.begin(), all_.end(), std::back_inserter(result),
                 [](const QAction* action) { return !action->shortcut().isEmpty(); });
    return result;
}

void Actions::retranslate() {
    file_->setTitle(tr("&File"));
    edit_->setTitle(tr("&Edit"));
    view_->setTitle(tr("&View"));
    model_->setTitle(tr("&Model"));
    compare_->setTitle(tr("&Compare"));
    help_->setTitle(tr("&Help"));
    recent->setTitle(tr("Open &Recent"));
    theme_->setTitle(tr("&Theme"));
    language_->setTitle(tr("&Language"));

    open->setText(tr("&Open Model…"));
    open->setIconText(tr("Open"));
    open->setToolTip(tr("Open a .safetensors or .gguf file (Ctrl+O)"));
    openFolder->setText(tr("Open &Folder…"));
    openDemo->setText(tr("Explore the &Demo Model"));
    closeModel->setText(tr("&Close Model"));
    exportModel->setText(tr("&Export…"));
    exportModel->setIconText(tr("Export"));
    exportModel->setToolTip(
        tr("Write the model with one of the schemes, as GGUF or safetensors (Ctrl+E)"));
    quit->setText(tr("&Quit"));
    find->setText(tr("&Find Tensor"));
    const QList<QAction*> themeActions = themes->actions();
    themeActions[0]->setText(tr("System", "theme"));
    themeActions[1]->setText(tr("Light"));
    themeActions[2]->setText(tr("Dark"));
    const QList<QAction*> languageActions = languages->actions();
    languageActions[0]->setText(tr("System", "language"));
    // A language is named in itself, so that its speakers find it.
    languageActions[1]->setText(QStringLiteral("English"));
    languageActions[2]->setText(QStringLiteral("简体中文"));
    switchLanguage->setText(QStringLiteral("中 / EN"));
    switchLanguage->setToolTip(tr("Switch between English and Chinese"));
    switchTheme->setText(tr("Light or Dark"));
    switchTheme->setToolTip(tr("Switch between the light and the dark theme"));
    fullScreen->setText(tr("F&ull Screen"));
    resetLayout->setText(tr("&Reset Layout"));
    calibrate->setText(tr("&Calibrate…"));
    calibrate->setIconText(tr("Calibrate"));
    calibrate->setToolTip(tr("Run the model over a text to learn what its matrices read (Ctrl+K)"));
    importance->setText(tr("&Importance Matrix…"));
    clearImportance->setText(tr("&Work without the Importance Matrix"));
    sizes->setText(tr("&Sizes"));
    run->setText(tr("&Run on the Whole Model"));
    run->setIconText(tr("Run"));
    run->setToolTip(tr("Run all schemes that are switched on over the whole model (F5)"));
    stop->setText(tr("&Stop"));
    stop->setIconText(tr("Stop"));
    stop->setToolTip(tr("Stop what runs (Esc)"));
    shortcuts->setText(tr("&Keyboard Shortcuts"));
    about->setText(tr("&About Quantloupe"));
}

}  // namespace ql::gui
