#include "core/files/json_compiled.h"

template class nlohmann::basic_json<>;
