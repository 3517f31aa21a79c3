#include "core/model/forward/token_batches.h"

#include <algorithm>
#include <utility>

namespace ql {

std::vector<TokenBatch> token_batches(const Sequences& sequences, std::int64_t most,
                                      std::int64_t longest) {
    std::vector<TokenBatch> batches;
    std::vector<std::int64_t> lengths;
    std::int64_t tokens = 0;
    std::int64_t begin = 0;
    const auto close = [&] {
        batches.push_back({Sequences(std::exchange(lengths, {})), begin});
        begin += std::exchange(tokens, 0);
    };
    for (const std::int64_t length : sequences.lengths()) {
        for (std::int64_t done = 0; done < length; done += longest) {
            const std::int64_t part = std::min(longest, length - done);
            if (tokens > 0 && tokens + part > most) {
                close();
            }
            lengths.push_back(part);
            tokens += part;
        }
    }
    if (tokens > 0) {
        close();
    }
    return batches;
}

}  // namespace ql
