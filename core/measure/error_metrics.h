#pragma once

#include <cstddef>
#include <cstdint>

namespace ql {

/// Sums from which every weight error metric follows; sums of parts add up.
struct ErrorSums {
    std::uint64_t count = 0;
    double error2 = 0;     ///< sum (ŵ - w)²
    double original2 = 0;  ///< sum w²
    double decoded2 = 0;   ///< sum ŵ²
    double product = 0;    ///< sum w ŵ
    double max_error = 0;  ///< max |ŵ - w|

    void add(const float* original, const float* decoded, std::size_t values);
    void merge(const ErrorSums& other);

    double mse() const;
    double rmse() const;
    double sqnr_db() const;  ///< 10 log10(sum w² / sum error²); infinity when there is no error
    double cosine() const;   ///< 1 when both are zero
    double relative_error() const;  ///< ‖ŵ - w‖ / ‖w‖
};

}  // namespace ql
