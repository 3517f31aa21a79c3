#pragma once

#include <cstdint>
#include <vector>

#include "core/backend/backend.h"
#include "core/schemes/gptq/gptq_options.h"

namespace ql {

/// What GPTQ needs of a linear's inputs: shared by all linears that read them, and by all schemes
/// with the same options.
struct GptqFactor {
    std::int64_t columns = 0;
    std::vector<std::int32_t> order;  ///< which column is rounded first, second, ...
    /// The upper triangular U with UᵀU = (H + λ mean(diag H) I)⁻¹, columns × columns, in that
    /// order. Row i holds how the error of the i-th column is made up for by those after it. Empty
    /// if there is a `fallback`.
    std::vector<float> upper;
    /// GPTAQ's −P = −α T U for the part T of D Uᵀ above its diagonal (Li et al. 2025, arXiv
    /// 2504.02692), columns × columns, in that order. Row i, times the i-th column of the weights
    /// as it is when its turn comes, is subtracted from the columns after it: they make up for what
    /// its input has lost. Empty without options.gptaq, and if there is a `fallback`.
    std::vector<float> correction;
    /// How much errors of each column count, from left to right: the diagonal of H as a share of
    /// its mean, 1 for dead columns. For fits that weigh errors; empty where nothing is ever read.
    std::vector<float> importance;
    /// G itself, columns from left to right, if options.refit asks for it.
    std::vector<float> gram;
    double damp = 0;                ///< λ that was used
    int increases = 0;              ///< how often it had to be raised until U existed
    std::int64_t dead_columns = 0;  ///< never anything but 0 in the calibration
    Sentence fallback;              ///< why weights are rounded to nearest; empty: they are not
};

/// `gram`: G = Σ x xᵀ of the inputs, [columns × columns], both triangles; its scale does not
/// matter. Dead columns get the mean of the diagonal, so that they are rounded to nearest (the
/// reference sets their weights to 0, which other texts may use). λ starts from options.damp and is
/// raised in steps of at least 0.01 as long as the matrix is not positive definite. `span` is the
/// grid's, for Gptq::Order::by_group. `cross`: D = Σ (x₀ - x) xᵀ for the inputs x₀ that the
/// original model has in place of x, [columns × columns], on the scale of `gram`; for
/// options.gptaq, else it is not looked at. Throws Error(cancelled), Error(usage) where `cross` is
/// needed and null.
GptqFactor make_gptq_factor(const double* gram, std::int64_t columns, const Gptq& options,
                            std::int64_t span, const Backend& backend,
                            const Progress& progress = {}, const double* cross = nullptr);

/// Says that GPTAQ needs inputs of the original and of the quantized model side by side.
Sentence needs_cross_gram();

}  // namespace ql
