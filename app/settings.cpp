#include "app/settings.h"

#include <QDir>
#include <QStandardPaths>

namespace ql::gui {

namespace {

const QString kTheme = QStringLiteral("look/theme");
const QString kLanguage = QStringLiteral("look/language");
const QString kRecent = QStringLiteral("recent/files");
const QString kLayout = QStringLiteral("layout");

QString settingsPath() {
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) +
           QStringLiteral("/quantloupe.ini");
}

}  // namespace

Settings::Settings(QObject* parent)
    : QObject(parent), file_(settingsPath(), QSettings::IniFormat) {}

ThemeMode Settings::theme() const {
    const QString name = file_.value(kTheme).toString();
    return name == u"light"  ? ThemeMode::light
           : name == u"dark" ? ThemeMode::dark
                             : ThemeMode::system;
}

void Settings::setTheme(ThemeMode mode) {
    const char* names[] = {"system", "light", "dark"};
    file_.setValue(kTheme, QString::fromLatin1(names[static_cast<int>(mode)]));
}

QString Settings::language() const { return file_.value(kLanguage).toString(); }

void Settings::setLanguage(const QString& language) { file_.setValue(kLanguage, language); }

QStringList Settings::recentFiles() const { return file_.value(kRecent).toStringList(); }

void Settings::addRecentFile(const QString& path) {
    QStringList files = recentFiles();
    files.removeAll(path);
    files.prepend(path);
    file_.setValue(kRecent, QStringList(files.mid(0, kMaxRecent)));
    emit recentFilesChanged();
}

void Settings::clearRecentFiles() {
    file_.remove(kRecent);
    emit recentFilesChanged();
}

QString Settings::folder(const QString& purpose) const {
    const QString folder = file_.value(QStringLiteral("folders/") + purpose).toString();
    return folder.isEmpty() || !QDir(folder).exists() ? QDir::homePath() : folder;
}

void Settings::setFolder(const QString& purpose, const QString& folder) {
    file_.setValue(QStringLiteral("folders/") + purpose, folder);
}

QByteArray Settings::layout(const QString& name) const {
    return file_.value(kLayout + u'/' + name).toByteArray();
}

void Settings::setLayout(const QString& name, const QByteArray& state) {
    file_.setValue(kLayout + u'/' + name, state);
}

void Settings::clearLayout() { file_.remove(kLayout); }

void Settings::reset() {
    file_.clear();
    emit recentFilesChanged();
}

}  // namespace ql::gui
