#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ql {

/// A mean or what follows from means, and its standard error.
struct Estimate {
    double value = 0;
    double error = 0;
};

/// Order statistics of a sample: the fraction q stands at place q (n - 1), between two values by
/// linear interpolation.
struct Distribution {
    double max = 0;
    double p99_9 = 0;
    double p99 = 0;
    double p95 = 0;
    double p90 = 0;
    double p75 = 0;
    double median = 0;
    double p25 = 0;
    double p10 = 0;
    double p5 = 0;
    double p1 = 0;
    double p0_1 = 0;
    double min = 0;
};

/// Of a sample with at least one value; the order does not matter.
Distribution distribution_of(std::vector<double> sample);

/// Mean of a sample and its standard error, sqrt((mean v² - mean²) / (n - 1)); the error of a
/// single value is 0.
Estimate mean_of(std::span<const double> sample);

/// e^mean of negative log-likelihoods in nats, with the error that follows from that of the mean.
Estimate perplexity_of(std::span<const double> nll);

/// A changed model's predictions beside the original's, one value for each scored token, in the
/// same order.
struct TokenComparison {
    std::vector<double> original_nll;    ///< -ln P(next token)
    std::vector<double> nll;             ///< -ln Q(next token)
    std::vector<double> kl;              ///< sum over the vocabulary of P (ln P - ln Q)
    std::vector<std::uint8_t> same_top;  ///< 1 if both find the same token likeliest
};

/// How far a changed model's predictions are from the original's: what llama.cpp's
/// `llama-perplexity --kl-divergence` prints (its formulas; the sum over the vocabulary is whole
/// here, there it leaves out tokens with ln P below -16).
struct Divergence {
    Estimate mean_kl;        ///< nats
    Distribution kl;         ///< nats
    Estimate mean_change;    ///< Q(next token) - P(next token)
    Distribution change;     ///< of the same
    Estimate rms_change;     ///< root of its mean square
    Estimate same_top;       ///< share of tokens, 0 to 1
    Estimate log_ratio;      ///< ln(perplexity / original perplexity)
    Estimate ratio;          ///< perplexity / original perplexity
    Estimate difference;     ///< perplexity - original perplexity
    double correlation = 0;  ///< of the two models' log-likelihoods, -1 to 1
};

/// Precondition: at least one token, all vectors of the same length.
Divergence divergence_of(const TokenComparison& tokens);

}  // namespace ql
