#include "app/demo_model.h"

#include <QDir>
#include <QFile>
#include <QResource>
#include <QSaveFile>
#include <QStandardPaths>

#include "core/base/hash.h"

// Links the resource in: nothing else refers to it. Must stand outside of namespaces.
static void initResource() { Q_INIT_RESOURCE(demo_model); }

namespace ql::gui {

namespace {

const QString kSource = QStringLiteral(":/demo_model/");

// The bytes as they lie in the program; resources are stored uncompressed, so this is a view.
QByteArray embedded(const QString& name) {
    const QResource resource(kSource + name);
    return resource.uncompressedData();
}

std::uint64_t hashOf(const QByteArray& bytes) {
    return hash_bytes(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

bool holds(const QString& path, const QByteArray& wanted) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() != wanted.size()) {
        return false;
    }
    return hashOf(file.readAll()) == hashOf(wanted);
}

void write(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit()) {
        throw Error(ErrorCode::io,
                    Sentence(QL_TR("core", "The demo model cannot be unpacked: {}."),
                             file.errorString().toStdString()),
                    path.toStdString());
    }
}

}  // namespace

std::filesystem::path unpackDemoModel(const Progress& progress) {
    initResource();
    const QString base = QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation);
    const QDir target(base + QStringLiteral("/demo-6M"));
    if (!target.mkpath(QStringLiteral("."))) {
        throw Error(ErrorCode::io, Sentence(QL_TR("core", "The folder cannot be created.")),
                    target.path().toStdString());
    }
    const QStringList names = QDir(kSource).entryList(QDir::Files);
    for (const QString& name : names) {
        progress.check();
        const QByteArray bytes = embedded(name);
        if (!holds(target.filePath(name), bytes)) {
            write(target.filePath(name), bytes);
        }
    }
    return target.path().toStdString();
}

}  // namespace ql::gui
