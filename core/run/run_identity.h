// What kept work was made of. Only for core/run.
#pragma once

#include <string>
#include <vector>

#include "core/files/checkpoint.h"
#include "core/model/forward/decoder.h"

namespace ql {

/// A text that changes when a model's files do: their place, size, and when they were written.
std::string identity_of(const Checkpoint& checkpoint);

/// A text that changes with the tokens.
std::string identity_of(const std::vector<TokenIds>& windows);

}  // namespace ql
