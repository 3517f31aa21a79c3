#include "core/model/forward/token_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/parallel.h"
#include "core/model/forward/softmax_kernels.h"

namespace ql {

namespace {

constexpr double kLowest = -std::numeric_limits<double>::infinity();
constexpr std::int32_t kNothing = -1;

/// The softmax of a token as far as the vocabulary was seen.
struct Softmax {
    double largest = kLowest;
    double sum = 0;  ///< of e^(logit - largest)
    double target = 0;
    std::int32_t best = 0;

    /// What `sum`, and anything else that was summed with the same weights, must be multiplied with
    /// to be relative to a new largest logit.
    double rescaled(double top) const { return sum == 0 ? 0 : std::exp(largest - top); }
    double log_sum() const { return std::log(sum) + largest; }

    void take(const LogitsPiece& piece, const float* logits, std::int32_t next) {
        const SoftmaxPiece part = softmax_piece(logits, static_cast<std::size_t>(piece.rows));
        const double top = std::max(largest, part.largest);
        sum = sum * rescaled(top) + part.sum * std::exp(part.largest - top);
        if (part.largest > largest) {
            best =
                static_cast<std::int32_t>(piece.first_row) + static_cast<std::int32_t>(part.best);
        }
        largest = top;
        if (next >= piece.first_row && next < piece.first_row + piece.rows) {
            target = logits[next - piece.first_row];
        }
    }
};

/// A token as two models see it. With p = e^a / A and q = e^b / B the divergence is
/// sum e^a (a - b) / A - ln A + ln B: one pass over the vocabulary.
struct Comparison {
    double largest = kLowest;  ///< logit of the first model
    double product = 0;        ///< sum e^(a - largest) (a - b)

    void take(const float* a, const float* b, std::int64_t count, const Softmax& seen) {
        const double before = product == 0 ? 0 : std::exp(largest - seen.largest);
        largest = seen.largest;
        product =
            product * before + weighted_difference(a, b, static_cast<std::size_t>(count), largest);
    }
    double kl(const Softmax& p, const Softmax& q) const {
        return product / p.sum - p.log_sum() + q.log_sum();
    }
};

/// The token after each token; kNothing after the last one of a sequence.
std::vector<std::int32_t> next_tokens(const std::vector<TokenIds>& all) {
    std::vector<std::int32_t> next;
    for (const TokenIds& ids : all) {
        next.insert(next.end(), ids.begin() + 1, ids.end());
        next.push_back(kNothing);
    }
    return next;
}

/// One model on its way through the vocabulary.
struct Running {
    std::vector<Softmax> softmaxes;
    std::vector<Comparison> comparisons;  ///< with the first model; empty for itself
};

/// Takes a piece of the vocabulary for a batch of tokens; `first` holds the first model's logits.
void take(const LogitsPiece& piece, const float* first, std::span<const std::int32_t> next,
          const Running& reference, Running& model, const Progress& progress) {
    parallel_for(piece.tokens, progress, [&](std::int64_t i) {
        const auto token = static_cast<std::size_t>(piece.first_token + i);
        const float* logits = piece.values + i * piece.rows;
        model.softmaxes[token].take(piece, logits, next[token]);
        if (!model.comparisons.empty()) {
            model.comparisons[token].take(first + i * piece.rows, logits, piece.rows,
                                          reference.softmaxes[token]);
        }
    });
}

TokenScores scores_of(const Running& model, const Running& first,
                      std::span<const std::int32_t> next) {
    TokenScores scores;
    for (std::size_t token = 0; token < next.size(); ++token) {
        const Softmax& softmax = model.softmaxes[token];
        const bool known = next[token] != kNothing;
        scores.nll.push_back(known ? softmax.log_sum() - softmax.target : 0);
        scores.best.push_back(softmax.best);
        scores.predictions += known ? 1 : 0;
        if (!model.comparisons.empty()) {
            scores.kl.push_back(model.comparisons[token].kl(first.softmaxes[token], softmax));
        }
    }
    return scores;
}

}  // namespace

double TokenScores::mean_nll() const {
    return std::accumulate(nll.begin(), nll.end(), 0.0) / static_cast<double>(predictions);
}

bool TokenScores::finite() const {
    const auto is_finite = [](double value) { return std::isfinite(value); };
    return std::all_of(nll.begin(), nll.end(), is_finite) &&
           std::all_of(kl.begin(), kl.end(), is_finite);
}

std::vector<TokenScores> score_tokens(const Decoder& decoder, std::span<const ScoredModel> models,
                                      const std::vector<TokenIds>& ids, const Progress& progress,
                                      std::int64_t piece_rows) {
    const std::vector<std::int32_t> next = next_tokens(ids);
    std::vector<Running> running(models.size());
    for (std::size_t m = 0; m < models.size(); ++m) {
        running[m].softmaxes.resize(next.size());
        running[m].comparisons.resize(m == 0 ? 0 : next.size());
    }
    const std::vector<TokenBatch> batches = output_batches(models[0].finished->sequences);
    std::vector<std::vector<float>> values(2);  // logits of the first model, and of another
    std::vector<OutputPiece> pieces(models.size());
    for (std::int64_t row = 0; row < decoder.spec().vocabulary; row += pieces[0].rows()) {
        for (std::size_t m = 0; m < models.size(); ++m) {
            pieces[m] = decoder.load_output(row, *models[m].weights, progress, piece_rows);
        }
        for (const TokenBatch& batch : batches) {
            for (std::size_t m = 0; m < models.size(); ++m) {
                const LogitsPiece logits =
                    decoder.logits(pieces[m], *models[m].finished, batch,
                                   values[std::min<std::size_t>(m, 1)], progress);
                take(logits, values[0].data(), next, running[0], running[m], progress);
            }
        }
        progress.report(static_cast<double>(row + pieces[0].rows()) /
                        static_cast<double>(decoder.spec().vocabulary));
    }
    std::vector<TokenScores> scores;
    for (const Running& model : running) {
        scores.push_back(scores_of(model, running[0], next));
    }
    return scores;
}

}  // namespace ql
