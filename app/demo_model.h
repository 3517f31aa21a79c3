#pragma once

#include <filesystem>

#include "core/base/progress.h"

namespace ql::gui {

/// The folder of the demo model: a small Llama, really trained, that comes inside the program.
/// Core maps files, so it is unpacked once into the user's local data folder; later calls verify
/// size and hash of every file and repair what does not fit. For a background job. Throws Error.
std::filesystem::path unpackDemoModel(const Progress& progress = {});

}  // namespace ql::gui
