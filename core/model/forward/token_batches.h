// How tokens are taken together. Only for core/model/forward.
#pragma once

#include "core/model/forward/decoder.h"

namespace ql {

/// Parts of sequences in order, together about `most` tokens: sequences longer than `longest` are
/// cut, and one part alone may be longer than `most`.
std::vector<TokenBatch> token_batches(const Sequences& sequences, std::int64_t most,
                                      std::int64_t longest);

}  // namespace ql
