#pragma once

#include <span>
#include <string_view>

namespace ql {

// Texts that come with the program, for the window and the command line alike. The README of the
// demo model says where they come from.

/// A text and the language it is in ("en", "zh", "code").
struct BuiltInText {
    std::string_view language;
    std::string_view text;
};
/// To calibrate on.
std::span<const BuiltInText> calibration_texts();

/// To measure predictions on: the first chapters of a novel that the demo model has never seen.
std::string_view held_out_text();

}  // namespace ql
