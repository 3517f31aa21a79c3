#include "core/base/hash.h"

#include <xxhash.h>

namespace ql {

std::uint64_t hash_bytes(const void* data, std::size_t size) { return XXH3_64bits(data, size); }

std::uint64_t hash_row_hashes(const std::uint64_t* row_hashes, std::size_t rows) {
    return hash_bytes(row_hashes, rows * sizeof(std::uint64_t));
}

}  // namespace ql
