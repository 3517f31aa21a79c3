#pragma once

#include <QString>
#include <filesystem>

namespace ql::gui {

/// Where an interrupted job finds what it has done: a file in the user's folder for what can be
/// made again. The folder is there then.
std::filesystem::path stateFile(const QString& name);

}  // namespace ql::gui
