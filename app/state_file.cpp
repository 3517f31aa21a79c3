#include "app/state_file.h"

#include <QStandardPaths>

namespace ql::gui {

std::filesystem::path stateFile(const QString& name) {
    const std::filesystem::path folder =
        QStandardPaths::writableLocation(QStandardPaths::CacheLocation).toStdString();
    std::filesystem::create_directories(folder);
    return folder / name.toStdString();
}

}  // namespace ql::gui
