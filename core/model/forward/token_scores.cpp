#include "core/model/forward/token_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/parallel.h"

namespace ql {

namespace {

/// The softmax of a token as far as the vocabulary was seen.
struct Softmax {
    float largest = -std::numeric_limits<float>::infinity();
    double sum = 0;  ///< of e^(logit - largest)
    double target = 0;
    std::int32_t best = 0;

    void take(const LogitsPiece& piece, const float* logits, std::int64_t target_id) {
        const float* top = std::max_element(logits, logits + piece.rows);
        if (*top > largest) {
            sum *= std::exp(static_cast<double>(largest) - *top);
            largest = *top;
            best = static_cast<std::int32_t>(piece.first_row + (top - logits));
        }
        for (std::int64_t i = 0; i < piece.rows; ++i) {
            sum += std::exp(static_cast<double>(logits[i]) - largest);
        }
        if (target_id >= piece.first_row && target_id < piece.first_row + piece.rows) {
            target = logits[target_id - piece.first_row];
        }
    }

    double nll() const { return std::log(sum) + largest - target; }
};

constexpr std::int32_t kNothing = -1;

/// The token after each token; kNothing after the last one of a sequence.
std::vector<std::int32_t> next_tokens(const std::vector<TokenIds>& all) {
    std::vector<std::int32_t> next;
    for (const TokenIds& ids : all) {
        next.insert(next.end(), ids.begin() + 1, ids.end());
        next.push_back(kNothing);
    }
    return next;
}

}  // namespace

double TokenScores::mean_nll() const {
    return std::accumulate(nll.begin(), nll.end(), 0.0) / static_cast<double>(predictions);
}

TokenScores score_tokens(const Decoder& decoder, const HiddenStates& finished,
                         const std::vector<TokenIds>& ids, const WeightSource& source,
                         const Progress& progress, std::int64_t piece_rows) {
    const std::vector<std::int32_t> next = next_tokens(ids);
    std::vector<Softmax> softmaxes(next.size());
    decoder.logits(
        finished, source,
        [&](const LogitsPiece& piece) {
            parallel_for(piece.tokens, progress, [&](std::int64_t i) {
                const auto token = static_cast<std::size_t>(piece.first_token + i);
                softmaxes[token].take(piece, piece.values + i * piece.rows, next[token]);
            });
        },
        progress, piece_rows);
    TokenScores scores;
    for (std::size_t token = 0; token < next.size(); ++token) {
        const bool known = next[token] != kNothing;
        scores.nll.push_back(known ? softmaxes[token].nll() : 0);
        scores.best.push_back(softmaxes[token].best);
        scores.predictions += known ? 1 : 0;
    }
    return scores;
}

}  // namespace ql
