#pragma once

#include <algorithm>
#include <vector>

#include "core/model/forward/token_scores.h"

/// Logits of finished hidden states, [tokens × vocabulary], had in pieces of `piece_rows` rows of
/// the vocabulary (0: as many as usual).
inline std::vector<float> allLogits(const ql::Decoder& decoder, const ql::HiddenStates& finished,
                                    const ql::WeightSource& weights, std::int64_t piece_rows = 0) {
    const std::int64_t vocabulary = decoder.spec().vocabulary;
    std::vector<float> all(static_cast<std::size_t>(finished.sequences.tokens() * vocabulary));
    std::vector<float> values;
    ql::OutputPiece piece;
    for (std::int64_t row = 0; row < vocabulary; row += piece.rows()) {
        piece = decoder.load_output(row, weights, {}, piece_rows);
        for (const ql::TokenBatch& batch : ql::output_batches(finished.sequences)) {
            const ql::LogitsPiece logits = decoder.logits(piece, finished, batch, values);
            for (std::int64_t token = 0; token < logits.tokens; ++token) {
                std::copy_n(logits.values + token * logits.rows, logits.rows,
                            all.data() + (logits.first_token + token) * vocabulary + row);
            }
        }
    }
    return all;
}

/// The scores of a single model.
inline ql::TokenScores scoresOf(const ql::Decoder& decoder, const ql::HiddenStates& finished,
                                const std::vector<ql::TokenIds>& ids,
                                const ql::WeightSource& weights, std::int64_t piece_rows = 0) {
    const ql::ScoredModel model{&finished, &weights};
    return ql::score_tokens(decoder, {&model, 1}, ids, {}, piece_rows).front();
}
