#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace ql {

/// Parses JSON of unknown origin: nothing but one value, nested at most 100 deep. Throws
/// Error(bad_file). Reading a whole file: read_json_file in checkpoint.h.
nlohmann::json parse_json(std::string_view text);

}  // namespace ql
