#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model/forward/decoder.h"

namespace ql {

/// What a model thought of every token of some sequences, in order of all tokens.
struct TokenScores {
    /// -ln p(next token); 0 for the last token of a sequence, which predicts nothing that is known.
    std::vector<double> nll;
    std::vector<std::int32_t> best;  ///< the likeliest next token (the first of equals)
    /// sum over the vocabulary of P (ln P - ln Q), where P are the predictions of the first of
    /// several models that were scored together; empty for the first itself.
    std::vector<double> kl;
    std::int64_t predictions = 0;  ///< tokens that a next token was scored for

    double mean_nll() const;
    bool finite() const;  ///< whether all numbers are
};

/// One of several models over the same tokens.
struct ScoredModel {
    const HiddenStates* finished;  ///< of Decoder::finish
    const WeightSource* weights;
};

/// Scores the next tokens of `ids` for several models in lockstep; there must be one at least.
/// Rows of the output matrices are decoded once, and the softmax runs over the whole vocabulary, in
/// float64, a piece at a time (see Decoder::load_output). Throws what Decoder::load_output throws.
std::vector<TokenScores> score_tokens(const Decoder& decoder, std::span<const ScoredModel> models,
                                      const std::vector<TokenIds>& ids,
                                      const Progress& progress = {}, std::int64_t piece_rows = 0);

}  // namespace ql
