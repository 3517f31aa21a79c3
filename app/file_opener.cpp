#include "app/file_opener.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QUrl>

#include "app/controls.h"
#include "app/settings.h"
#include "app/workspace.h"

namespace ql::gui {

namespace {
const QString kPurpose = QStringLiteral("open");
const QString kImportance = QStringLiteral("importance");
}  // namespace

FileOpener::FileOpener(Workspace* workspace, Settings* settings, QWidget* window)
    : QObject(window), workspace_(workspace), settings_(settings), window_(window) {
    connect(workspace_, &Workspace::modelChanged, this, [this] {
        if (workspace_->model() && !workspace_->isDemo()) {
            settings_->addRecentFile(workspace_->path());
        }
    });
}

void FileOpener::open(const QString& path) {
    const QFileInfo info(path);
    settings_->setFolder(kPurpose, info.absolutePath());
    workspace_->open(info.absoluteFilePath());
}

void FileOpener::showDialog(bool folder) {
    auto* dialog = new QFileDialog(window_, folder ? tr("Open a Model Folder") : tr("Open a Model"),
                                   settings_->folder(kPurpose));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    if (!folder) {
        dialog->setNameFilters(
            {tr("Models (*.safetensors *.gguf *.safetensors.index.json)"), tr("All files (*)")});
    }
    connect(dialog, &QFileDialog::fileSelected, this, &FileOpener::open);
    dialog->open();
}

void FileOpener::showImportanceDialog() {
    auto* dialog =
        new QFileDialog(window_, tr("Open an Importance Matrix"), settings_->folder(kImportance));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters(
        {tr("Importance matrices (*.gguf *.dat *.imatrix)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        settings_->setFolder(kImportance, QFileInfo(path).absolutePath());
        workspace_->openImportance(QFileInfo(path).absoluteFilePath());
    });
    dialog->open();
}

void FileOpener::fillRecent(QMenu* menu) {
    menu->clear();
    const QStringList files = settings_->recentFiles();
    for (const QString& path : files) {
        QAction* action = menu->addAction(menuText(path), this, [this, path] { open(path); });
        action->setEnabled(QFileInfo::exists(path));
    }
    if (!files.isEmpty()) {
        menu->addSeparator();
    }
    QAction* clear = menu->addAction(tr("Clear List"), settings_, &Settings::clearRecentFiles);
    clear->setEnabled(!files.isEmpty());
}

QString FileOpener::draggedPath(const QMimeData* data) {
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 ? urls.first().toLocalFile() : QString();
}

}  // namespace ql::gui
