#include "app/cli/calibration_options.h"

namespace ql::cli {

void add_calibration_options(CLI::App& command, TextOptions& options) {
    command.add_option("--calibration", options.file,
                       "A text file, in UTF-8, that errors of outputs are measured on (default: "
                       "that of --text)");
    command
        .add_option("--calibration-context", options.context,
                    "Tokens in a window of the calibration text")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command.add_option("--calibration-windows", options.windows,
                       "Use only so many windows of it (default: all)");
}

}  // namespace ql::cli
