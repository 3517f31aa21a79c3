// How work that is kept in files is hashed. Only for core/run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/hash.h"
#include "core/base/progress.h"

namespace ql {

/// The hash of bytes that come in pieces.
class RunningHash {
  public:
    void add(std::span<const std::byte> piece) {
        const std::uint64_t both[] = {value_, hash_bytes(piece.data(), piece.size())};
        value_ = hash_bytes(both, sizeof(both));
    }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0;
};

/// Calls action(piece) for the bytes of a list, and looks between them whether to stop.
template <class Byte, class Action>
void for_pieces(std::span<Byte> bytes, const Progress& progress, const Action& action) {
    constexpr std::size_t kPiece = std::size_t{4} << 20;
    while (!bytes.empty()) {
        progress.check();
        const auto piece = bytes.first(std::min(kPiece, bytes.size()));
        action(piece);
        bytes = bytes.subspan(piece.size());
    }
}

}  // namespace ql
