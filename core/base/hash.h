#pragma once

#include <cstddef>
#include <cstdint>

namespace ql {

/// XXH3, 64 bits, of `size` bytes.
std::uint64_t hash_bytes(const void* data, std::size_t size);

/// The hash of a tensor's values that is stored in exports: every row is hashed by hash_bytes over
/// its float32 values, and the row hashes, in row order, are hashed again. Rows can so be hashed by
/// any thread.
std::uint64_t hash_row_hashes(const std::uint64_t* row_hashes, std::size_t rows);

}  // namespace ql
