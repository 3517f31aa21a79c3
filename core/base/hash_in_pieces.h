#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/progress.h"

namespace ql {

/// hash_bytes (core/base/hash.h) of as many bytes as there are: checks for cancellation between
/// pieces, throws Error(cancelled).
std::uint64_t hash_in_pieces(std::span<const std::byte> bytes, const Progress& progress);

}  // namespace ql
