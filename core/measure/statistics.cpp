#include "core/measure/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <mutex>

#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr std::size_t kFineBins = 4096;  // a power of two: coarser bins join whole fine ones

/// Counts and extremes of what was seen.
struct Census {
    std::uint64_t zeros = 0;
    std::uint64_t nan = 0;
    std::uint64_t infinite = 0;
    float min = std::numeric_limits<float>::infinity();
    float max = -std::numeric_limits<float>::infinity();
    double abs_sum = 0;

    void add(const std::vector<float>& values) {
        for (const float x : values) {
            if (!std::isfinite(x)) {
                ++(std::isnan(x) ? nan : infinite);
                continue;
            }
            zeros += x == 0 ? 1 : 0;
            abs_sum += std::fabs(static_cast<double>(x));
            min = std::min(min, x);
            max = std::max(max, x);
        }
    }

    void merge(const Census& other) {
        zeros += other.zeros;
        nan += other.nan;
        infinite += other.infinite;
        min = std::min(min, other.min);
        max = std::max(max, other.max);
        abs_sum += other.abs_sum;
    }
};

/// Count, mean and sums of powers of the distance from it. Pieces are joined by the pairwise
/// formulas of Chan et al. (1983) and Pébay (2008), which lose no precision far from zero.
struct Moments {
    double n = 0;
    double mean = 0;
    double m2 = 0;
    double m3 = 0;
    double m4 = 0;

    explicit Moments(const std::vector<float>& values = {}) {
        for (const float x : values) {
            if (std::isfinite(x)) {
                mean += static_cast<double>(x);
                ++n;
            }
        }
        if (n == 0) {
            return;
        }
        mean /= n;
        for (const float x : values) {
            if (std::isfinite(x)) {
                const double d = static_cast<double>(x) - mean;
                const double d2 = d * d;
                m2 += d2;
                m3 += d2 * d;
                m4 += d2 * d2;
            }
        }
    }

    void merge(const Moments& b) {
        if (b.n == 0) {
            return;
        }
        if (n == 0) {
            *this = b;
            return;
        }
        const double total = n + b.n;
        const double d = b.mean - mean;
        const double share = n * b.n / total;
        m4 += b.m4 + d * d * d * d * share * (n * n - n * b.n + b.n * b.n) / (total * total) +
              6 * d * d * (n * n * b.m2 + b.n * b.n * m2) / (total * total) +
              4 * d * (n * b.m3 - b.n * m3) / total;
        m3 += b.m3 + d * d * d * share * (n - b.n) / total + 3 * d * (n * b.m2 - b.n * m2) / total;
        m2 += b.m2 + d * d * share;
        mean += d * b.n / total;
        n = total;
    }
};

float finite_abs(float x) { return std::isfinite(x) ? std::fabs(x) : 0; }

/// Calls work(chunk values, chunk index, first row, rows) for every chunk, in parallel.
template <class Work>
void for_chunks(const RowSource& rows, const RowChunks& chunks, const Progress& progress,
                const Work& work) {
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> values(static_cast<std::size_t>(count * rows.cols()));
        rows.read(first, count, values.data());
        work(values, static_cast<std::size_t>(chunk), first, count);
        rows.release(first, count);
    });
}

/// The same counts in fewer bins; `bins` must divide the number of bins.
Histogram coarsened(const Histogram& fine, std::size_t bins) {
    Histogram coarse(fine.lo, fine.hi, bins);
    const std::size_t joined = fine.counts.size() / bins;
    for (std::size_t i = 0; i < fine.counts.size(); ++i) {
        coarse.counts[i / joined] += fine.counts[i];
    }
    coarse.below = fine.below;
    coarse.above = fine.above;
    coarse.non_finite = fine.non_finite;
    return coarse;
}

/// The value below which `share` of the counted values lie, linear inside a bin.
double quantile(const Histogram& histogram, double share) {
    double left = share * static_cast<double>(histogram.total() - histogram.non_finite);
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const auto here = static_cast<double>(histogram.counts[bin]);
        if (left <= here && here > 0) {
            return histogram.lo + histogram.bin_width() * (static_cast<double>(bin) + left / here);
        }
        left -= here;
    }
    return histogram.total() == histogram.non_finite ? 0 : histogram.hi;
}

std::uint64_t count_outside(const std::vector<float>& values, double lo, double hi) {
    return static_cast<std::uint64_t>(std::count_if(values.begin(), values.end(), [=](float x) {
        return std::isfinite(x) && (static_cast<double>(x) < lo || static_cast<double>(x) > hi);
    }));
}

/// First pass: counts, moments, extremes of rows and columns.
void measure_values(const RowSource& rows, const RowChunks& chunks, const Progress& progress,
                    TensorProfile& result) {
    const auto pieces = static_cast<std::size_t>(chunks.count());
    result.row_abs_max.resize(static_cast<std::size_t>(rows.rows()));
    result.column_abs_max.resize(static_cast<std::size_t>(rows.cols()));
    std::vector<Census> census(pieces);
    std::vector<Moments> moments(pieces);
    std::mutex mutex;
    for_chunks(rows, chunks, progress,
               [&](const std::vector<float>& values, std::size_t chunk, std::int64_t first,
                   std::int64_t count) {
                   census[chunk].add(values);
                   moments[chunk] = Moments(values);
                   std::vector<float> columns(static_cast<std::size_t>(rows.cols()));
                   const float* value = values.data();
                   for (std::int64_t row = 0; row < count; ++row) {
                       float worst = 0;
                       for (float& column : columns) {
                           const float magnitude = finite_abs(*value++);
                           column = std::max(column, magnitude);
                           worst = std::max(worst, magnitude);
                       }
                       result.row_abs_max[static_cast<std::size_t>(first + row)] = worst;
                   }
                   // Maxima may be joined in any order.
                   const std::scoped_lock lock(mutex);
                   for (std::size_t col = 0; col < columns.size(); ++col) {
                       result.column_abs_max[col] =
                           std::max(result.column_abs_max[col], columns[col]);
                   }
               });
    for (std::size_t chunk = 1; chunk < pieces; ++chunk) {
        census[0].merge(census[chunk]);
        moments[0].merge(moments[chunk]);
    }
    Statistics& s = result.statistics;
    s.count = static_cast<std::uint64_t>(rows.size());
    if (pieces == 0) {
        return;
    }
    const Moments& m = moments[0];
    s.zeros = census[0].zeros;
    s.nan = census[0].nan;
    s.infinite = census[0].infinite;
    if (m.n == 0) {
        return;
    }
    s.min = census[0].min;
    s.max = census[0].max;
    s.abs_mean = census[0].abs_sum / m.n;
    s.mean = m.mean;
    const double variance = m.m2 / m.n;
    s.stddev = std::sqrt(variance);
    if (variance > 0) {
        s.skewness = m.m3 / m.n / (variance * s.stddev);
        s.kurtosis = m.m4 / m.n / (variance * variance) - 3;
    }
}

/// Second pass, when range and deviation are known: the fine histogram and the outliers.
Histogram count_values(const RowSource& rows, const RowChunks& chunks, const Progress& progress,
                       Statistics& s) {
    constexpr double kOutlierSigmas = 6;
    const double lo = s.mean - kOutlierSigmas * s.stddev;
    const double hi = s.mean + kOutlierSigmas * s.stddev;
    const Histogram empty(static_cast<double>(s.min), static_cast<double>(s.max), kFineBins);
    Histogram fine = empty;
    std::mutex mutex;
    for_chunks(rows, chunks, progress,
               [&](const std::vector<float>& values, std::size_t, std::int64_t, std::int64_t) {
                   Histogram part = empty;
                   part.add(values.data(), values.size());
                   const std::uint64_t outside = count_outside(values, lo, hi);
                   const std::scoped_lock lock(mutex);  // counts may be joined in any order
                   fine.merge(part);
                   s.outliers += outside;
               });
    return fine;
}

}  // namespace

TensorProfile profile(const RowSource& rows, const Progress& progress) {
    const RowChunks chunks(rows.rows(), rows.cols());
    TensorProfile result;
    measure_values(rows, chunks, progress, result);
    Statistics& s = result.statistics;
    const Histogram fine = count_values(rows, chunks, progress, s);
    s.median = quantile(fine, 0.5);
    s.quartile_low = quantile(fine, 0.25);
    s.quartile_high = quantile(fine, 0.75);
    const std::size_t wanted =
        freedman_diaconis_bins(fine.lo, fine.hi, s.quartile_high - s.quartile_low, s.count);
    result.histogram = coarsened(fine, std::bit_ceil(wanted));
    return result;
}

}  // namespace ql
