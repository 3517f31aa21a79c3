#pragma once

#include <cstddef>
#include <cstdint>

namespace ql {

/// Sums from which every weight error metric follows; sums of parts add up.
struct ErrorSums {
    std::uint64_t count = 0;
    double error2 = 0;           ///< sum (ŵ - w)²
    double original2 = 0;        ///< sum w²
    double decoded2 = 0;         ///< sum ŵ²
    double product = 0;          ///< sum w ŵ
    double max_error = 0;        ///< max |ŵ - w|
    double importance = 0;       ///< sum h of the columns' importance; 0 where it is not known
    double weighted_error2 = 0;  ///< sum h (ŵ - w)²

    void add(const float* original, const float* decoded, std::size_t values);
    /// Adds to the two weighted sums only.
    void add_weighted(const float* original, const float* decoded, const float* weights,
                      std::size_t values);
    void merge(const ErrorSums& other);

    double mse() const;
    double rmse() const;
    double weighted_rmse() const;  ///< 0 where no importance is known
    double sqnr_db() const;  ///< 10 log10(sum w² / sum error²); infinity when there is no error
    double cosine() const;   ///< 1 when both are zero
    double relative_error() const;  ///< ‖ŵ - w‖ / ‖w‖
};

}  // namespace ql
