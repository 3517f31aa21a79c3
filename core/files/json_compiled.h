// The type of JSON values, compiled once, in json_compiled.cpp, instead of in every file that uses
// it. The build puts this before each of them; none needs to include it.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<>;
