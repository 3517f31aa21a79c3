#include "core/base/hash_in_pieces.h"

#include <algorithm>
#include <memory>
#include <new>

#include <xxhash.h>

namespace ql {

std::uint64_t hash_in_pieces(std::span<const std::byte> bytes, const Progress& progress) {
    constexpr std::size_t kPiece = 8 << 20;
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                         &XXH3_freeState);
    if (state == nullptr) {
        throw std::bad_alloc();
    }
    XXH3_64bits_reset(state.get());
    while (!bytes.empty()) {
        progress.check();
        const std::size_t size = std::min(kPiece, bytes.size());
        XXH3_64bits_update(state.get(), bytes.data(), size);
        bytes = bytes.subspan(size);
    }
    return XXH3_64bits_digest(state.get());
}

}  // namespace ql
