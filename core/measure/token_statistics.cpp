#include "core/measure/token_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ql {

namespace {

/// Degrees of freedom of a standard error.
double freedom(std::size_t count) { return count > 1 ? static_cast<double>(count - 1) : 1; }

/// (mean of a·b - mean a · mean b) / (n - 1): the covariance of the two means.
double covariance_of_means(std::span<const double> a, std::span<const double> b) {
    const auto n = static_cast<double>(a.size());
    const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double sum = 0;  // of deviations: no difference of large numbers
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += (a[i] - mean_a) * (b[i] - mean_b);
    }
    return sum / n / freedom(a.size());
}

/// The change of the next token's probability.
std::vector<double> changes_of(const TokenComparison& tokens) {
    std::vector<double> changes(tokens.nll.size());
    std::transform(tokens.nll.begin(), tokens.nll.end(), tokens.original_nll.begin(),
                   changes.begin(), [](double q, double p) { return std::exp(-q) - std::exp(-p); });
    return changes;
}

Estimate root_mean_square(const std::vector<double>& values) {
    std::vector<double> squares(values.size());
    std::transform(values.begin(), values.end(), squares.begin(),
                   [](double value) { return value * value; });
    const Estimate mean = mean_of(squares);
    const double root = std::sqrt(mean.value);
    return {root, root > 0 ? 0.5 / root * mean.error : 0};
}

Estimate share_of(const std::vector<std::uint8_t>& truths) {
    const auto n = static_cast<double>(truths.size());
    const double share = std::accumulate(truths.begin(), truths.end(), 0.0) / n;
    return {share, std::sqrt(share * (1 - share) / freedom(truths.size()))};
}

}  // namespace

Distribution distribution_of(std::vector<double> sample) {
    std::sort(sample.begin(), sample.end());
    const auto at = [&](double fraction) {
        const double place = fraction * static_cast<double>(sample.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const std::size_t above = std::min(below + 1, sample.size() - 1);
        return std::lerp(sample[below], sample[above], place - static_cast<double>(below));
    };
    return {sample.back(), at(0.999), at(0.99), at(0.95), at(0.9),   at(0.75),      at(0.5),
            at(0.25),      at(0.1),   at(0.05), at(0.01), at(0.001), sample.front()};
}

Estimate mean_of(std::span<const double> sample) {
    const double mean =
        std::accumulate(sample.begin(), sample.end(), 0.0) / static_cast<double>(sample.size());
    return {mean, std::sqrt(covariance_of_means(sample, sample))};
}

Estimate perplexity_of(std::span<const double> nll) {
    const Estimate mean = mean_of(nll);
    const double perplexity = std::exp(mean.value);
    return {perplexity, perplexity * mean.error};
}

Divergence divergence_of(const TokenComparison& tokens) {
    Divergence result;
    result.mean_kl = mean_of(tokens.kl);
    result.kl = distribution_of(tokens.kl);
    const std::vector<double> changes = changes_of(tokens);
    result.mean_change = mean_of(changes);
    result.change = distribution_of(changes);
    result.rms_change = root_mean_square(changes);
    result.same_top = share_of(tokens.same_top);

    const Estimate original = mean_of(tokens.original_nll);
    const Estimate changed = mean_of(tokens.nll);
    const double covariance = covariance_of_means(tokens.original_nll, tokens.nll);
    const double variance = original.error * original.error + changed.error * changed.error;
    const double log_ratio = changed.value - original.value;
    result.log_ratio = {log_ratio, std::sqrt(std::max(0.0, variance - 2 * covariance))};
    result.ratio = {std::exp(log_ratio), std::exp(log_ratio) * result.log_ratio.error};
    const double p = std::exp(original.value);
    const double q = std::exp(changed.value);
    const double spread = q * q * changed.error * changed.error +
                          p * p * original.error * original.error - 2 * p * q * covariance;
    result.difference = {q - p, std::sqrt(std::max(0.0, spread))};
    const double scale = original.error * changed.error;
    result.correlation = scale > 0 ? covariance / scale : 1;
    return result;
}

}  // namespace ql
