#pragma once

#include <QObject>

class QMenu;
class QMimeData;
class QWidget;

namespace ql::gui {

class Settings;
class Workspace;

/// All ways to a model file (and an importance matrix): dialogs, recent files, drops. Remembers
/// folder and files.
class FileOpener : public QObject {
    Q_OBJECT

  public:
    FileOpener(Workspace* workspace, Settings* settings, QWidget* window);

    void open(const QString& path);
    void showDialog(bool folder);
    void showImportanceDialog();
    void fillRecent(QMenu* menu);
    /// The file or folder that was dragged here; empty if it is something else.
    static QString draggedPath(const QMimeData* data);

  private:
    Workspace* workspace_;
    Settings* settings_;
    QWidget* window_;
};

}  // namespace ql::gui
