#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>

#include "widgets/theme.h"

namespace ql::gui {

/// What the program remembers between two starts: look, language, layout, recent files, the folder
/// last used for each purpose. Never anything of a document. An INI file in the user's
/// configuration folder (QStandardPaths, so that tests have a private one).
class Settings : public QObject {
    Q_OBJECT

  public:
    static constexpr int kMaxRecent = 10;

    explicit Settings(QObject* parent = nullptr);

    ThemeMode theme() const;
    void setTheme(ThemeMode mode);

    /// "en", "zh_CN", or empty: what the system says.
    QString language() const;
    void setLanguage(const QString& language);

    /// Latest first. Files that are gone stay in the list until it is cleared.
    QStringList recentFiles() const;
    void addRecentFile(const QString& path);
    void clearRecentFiles();

    /// The folder last used for a purpose ("open", "export"); the home folder at first.
    QString folder(const QString& purpose) const;
    void setFolder(const QString& purpose, const QString& folder);

    /// Geometry and state blobs by name ("window", "tree header").
    QByteArray layout(const QString& name) const;
    void setLayout(const QString& name, const QByteArray& state);
    void clearLayout();

    /// Forgets everything.
    void reset();

  signals:
    void recentFilesChanged();

  private:
    QSettings file_;
};

}  // namespace ql::gui
