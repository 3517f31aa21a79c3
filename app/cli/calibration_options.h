// What commands that calibrate share: the text to do it on.
#pragma once

#include "app/cli/text_options.h"

namespace ql::cli {

/// Adds --calibration, --calibration-context and --calibration-windows; `options` must outlive the
/// parsing.
void add_calibration_options(CLI::App& command, TextOptions& options);

}  // namespace ql::cli
