#pragma once

#include <string>
#include <string_view>

namespace ql {

/// A text with its ASCII letters made small or large; all other bytes stay.
std::string lower_case(std::string_view text);
std::string upper_case(std::string_view text);

}  // namespace ql
