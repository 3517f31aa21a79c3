// How work on tokens is cut. Only for core/backend.
#pragma once

#include <algorithm>
#include <vector>

#include "core/backend/operations.h"

namespace ql::cpu {

/// A piece of one sequence.
struct TokenTile {
    std::size_t sequence = 0;
    std::int64_t position = 0;  ///< of its first token in the sequence
    std::int64_t first = 0;     ///< of all tokens
    std::int64_t count = 0;
};

/// Every sequence cut by itself, into pieces of at most `most` tokens.
inline std::vector<TokenTile> token_tiles(const Sequences& sequences, std::int64_t most) {
    std::vector<TokenTile> tiles;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < sequences.count(); ++i) {
        const std::int64_t length = sequences.length(i);
        for (std::int64_t done = 0; done < length; done += most) {
            tiles.push_back({i, done, begin + done, std::min(most, length - done)});
        }
        begin += length;
    }
    return tiles;
}

}  // namespace ql::cpu
