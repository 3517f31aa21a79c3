#include "core/measure/error_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ql {

void ErrorSums::add(const float* original, const float* decoded, std::size_t values) {
    // Eight independent sums, in double because squares of small errors vanish in float, and in a
    // fixed order so that the result is the same everywhere. The compiler keeps them in registers.
    constexpr std::size_t kLanes = 8;
    double e2[kLanes] = {};
    double w2[kLanes] = {};
    double d2[kLanes] = {};
    double wd[kLanes] = {};
    float worst[kLanes] = {};
    const auto step = [&](std::size_t lane, std::size_t i) {
        const float e = decoded[i] - original[i];
        const double w = original[i];
        const double d = decoded[i];
        e2[lane] += static_cast<double>(e) * static_cast<double>(e);
        w2[lane] += w * w;
        d2[lane] += d * d;
        wd[lane] += w * d;
        worst[lane] = std::max(worst[lane], std::fabs(e));
    };
    const std::size_t whole = values / kLanes * kLanes;
    for (std::size_t i = 0; i < whole; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            step(lane, i + lane);
        }
    }
    for (std::size_t i = whole; i < values; ++i) {
        step(i - whole, i);
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        error2 += e2[lane];
        original2 += w2[lane];
        decoded2 += d2[lane];
        product += wd[lane];
        max_error = std::max(max_error, static_cast<double>(worst[lane]));
    }
    count += values;
}

void ErrorSums::add_weighted(const float* original, const float* decoded, const float* weights,
                             std::size_t values) {
    for (std::size_t i = 0; i < values; ++i) {
        const double e = decoded[i] - original[i];
        importance += weights[i];
        weighted_error2 += static_cast<double>(weights[i]) * e * e;
    }
}

void ErrorSums::merge(const ErrorSums& other) {
    count += other.count;
    error2 += other.error2;
    original2 += other.original2;
    decoded2 += other.decoded2;
    product += other.product;
    max_error = std::max(max_error, other.max_error);
    importance += other.importance;
    weighted_error2 += other.weighted_error2;
}

double ErrorSums::mse() const { return count == 0 ? 0 : error2 / static_cast<double>(count); }

double ErrorSums::rmse() const { return std::sqrt(mse()); }

double ErrorSums::weighted_rmse() const {
    return importance == 0 ? 0 : std::sqrt(weighted_error2 / importance);
}

double ErrorSums::sqnr_db() const {
    return error2 == 0 ? std::numeric_limits<double>::infinity()
                       : 10 * std::log10(original2 / error2);
}

double ErrorSums::cosine() const {
    const double norms = std::sqrt(original2) * std::sqrt(decoded2);
    if (norms == 0) {
        return original2 == decoded2 ? 1 : 0;
    }
    return product / norms;
}

double ErrorSums::relative_error() const {
    if (original2 == 0) {
        return error2 == 0 ? 0 : std::numeric_limits<double>::infinity();
    }
    return std::sqrt(error2 / original2);
}

}  // namespace ql
