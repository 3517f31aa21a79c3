#pragma once

#include <cstdint>
#include <vector>

#include "core/model/forward/decoder.h"

namespace ql {

/// What a model thought of every token of some sequences, in order of all tokens.
struct TokenScores {
    /// -ln p(next token); 0 for the last token of a sequence, which predicts nothing that is known.
    std::vector<double> nll;
    std::vector<std::int32_t> best;  ///< the likeliest next token (the first of equals)
    std::int64_t predictions = 0;    ///< tokens that a next token was scored for

    double mean_nll() const;
};

/// Scores the next tokens of `ids` given finished hidden states of them. The softmax runs over the
/// whole vocabulary, in float64, a piece at a time. Throws what Decoder::logits throws.
TokenScores score_tokens(const Decoder& decoder, const HiddenStates& finished,
                         const std::vector<TokenIds>& ids, const WeightSource& source,
                         const Progress& progress = {}, std::int64_t piece_rows = 0);

}  // namespace ql
