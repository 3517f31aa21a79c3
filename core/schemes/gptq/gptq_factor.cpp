#include "core/schemes/gptq/gptq_factor.h"

#include <algorithm>
#include <numeric>

#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr double kLeastIncrease = 0.01;

/// Columns by falling `diagonal`, equal ones from left to right; by_group: spans by their largest
/// entry, each in one piece.
std::vector<std::int32_t> column_order(const std::vector<double>& diagonal, Gptq::Order order,
                                       std::int64_t span) {
    std::vector<std::int32_t> columns(diagonal.size());
    std::iota(columns.begin(), columns.end(), 0);
    if (order == Gptq::Order::none) {
        return columns;
    }
    std::vector<double> largest(diagonal.size());  // of the span, for every column
    for (std::size_t i = 0; i < diagonal.size(); i += static_cast<std::size_t>(span)) {
        const auto end = std::min(diagonal.size(), i + static_cast<std::size_t>(span));
        const double most = *std::max_element(diagonal.begin() + static_cast<std::ptrdiff_t>(i),
                                              diagonal.begin() + static_cast<std::ptrdiff_t>(end));
        std::fill(largest.begin() + static_cast<std::ptrdiff_t>(i),
                  largest.begin() + static_cast<std::ptrdiff_t>(end), most);
    }
    const bool by_group = order == Gptq::Order::by_group;
    std::stable_sort(columns.begin(), columns.end(), [&](std::int32_t a, std::int32_t b) {
        const auto left = static_cast<std::size_t>(a);
        const auto right = static_cast<std::size_t>(b);
        if (by_group && a / span != b / span) {
            return largest[left] != largest[right] ? largest[left] > largest[right] : a < b;
        }
        return diagonal[left] > diagonal[right];
    });
    return columns;
}

/// GptqFactor::correction of a factor that is otherwise complete.
std::vector<float> correction_of(const GptqFactor& factor, const double* cross,
                                 const Backend& backend, const Progress& progress) {
    const auto n = static_cast<std::size_t>(factor.columns);
    std::vector<float> d(n * n);
    parallel_for(factor.columns, progress, [&](std::int64_t row) {
        const double* from =
            cross + static_cast<std::size_t>(factor.order[static_cast<std::size_t>(row)]) * n;
        float* out = d.data() + static_cast<std::size_t>(row) * n;
        for (std::size_t col = 0; col < n; ++col) {
            out[col] = static_cast<float>(-Gptq::kGptaqStrength *
                                          from[static_cast<std::size_t>(factor.order[col])]);
        }
    });
    std::vector<float> correction(n * n);
    backend.product_above_diagonal(factor.columns, d.data(), factor.upper.data(), correction.data(),
                                   progress);
    return correction;
}

}  // namespace

Sentence needs_cross_gram() {
    return Sentence(QL_TR("core",
                          "GPTAQ goes by what a linear reads in the original and in the quantized "
                          "model, side by side: run the comparison."));
}

GptqFactor make_gptq_factor(const double* gram, std::int64_t columns, const Gptq& options,
                            std::int64_t span, const Backend& backend, const Progress& progress,
                            const double* cross) {
    if (options.gptaq && cross == nullptr) {
        throw Error(ErrorCode::usage, needs_cross_gram());
    }
    const auto n = static_cast<std::size_t>(columns);
    GptqFactor factor;
    factor.columns = columns;
    std::vector<double> diagonal(n);
    for (std::size_t i = 0; i < n; ++i) {
        diagonal[i] = gram[i * n + i];
    }
    factor.order = column_order(diagonal, options.order, span);
    factor.dead_columns = std::count(diagonal.begin(), diagonal.end(), 0.0);
    const double sum = std::accumulate(diagonal.begin(), diagonal.end(), 0.0);
    if (sum <= 0) {
        factor.fallback =
            Sentence(QL_TR("core", "The calibration never reaches it: rounded to nearest."));
        return factor;
    }
    if (options.refit) {
        factor.gram.assign(gram, gram + n * n);
    }
    const double mean = sum / static_cast<double>(columns - factor.dead_columns);
    factor.importance.resize(n);
    std::transform(
        diagonal.begin(), diagonal.end(), factor.importance.begin(),
        [mean](double value) { return value == 0 ? 1.0F : static_cast<float>(value / mean); });
    std::vector<double> h(n * n);
    parallel_for(columns, progress, [&](std::int64_t row) {
        const auto from = static_cast<std::size_t>(factor.order[static_cast<std::size_t>(row)]);
        double* out = h.data() + static_cast<std::size_t>(row) * n;
        for (std::size_t col = 0; col < n; ++col) {
            out[col] = gram[from * n + static_cast<std::size_t>(factor.order[col])];
        }
        if (diagonal[from] == 0) {
            out[row] = mean;
        }
    });
    factor.upper.resize(n * n);
    for (factor.damp = options.damp; factor.damp <= Gptq::kMostDamp; ++factor.increases) {
        if (backend.inverse_factor(columns, h.data(), factor.damp * mean, factor.upper.data(),
                                   progress)) {
            if (options.gptaq) {
                std::vector<double>().swap(h);  // makes room
                factor.correction = correction_of(factor, cross, backend, progress);
            }
            return factor;
        }
        factor.damp += std::max(options.damp, kLeastIncrease);
    }
    factor.upper.clear();
    factor.fallback = Sentence(QL_TR("core",
                                     "Its inputs have no usable inverse, however much damping is "
                                     "added: rounded to nearest."));
    return factor;
}

}  // namespace ql
