// core/schemes/gptq: rounding that makes up for its own errors. Columns are rounded one after the
// other; what a column's rounding does to the output is passed on to the columns that are still
// free, as the inputs' Gram matrix says (Frantar et al. 2022). With GptqFactor::correction they
// make up for what the inputs have lost, too (GPTAQ, Li et al. 2025, arXiv 2504.02692).
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "core/grids/grid.h"
#include "core/schemes/gptq/gptq_factor.h"
#include "core/tensor/row_source.h"

namespace ql {

/// What was done to a tensor.
struct GptqReport {
    double damp = 0;                ///< as in GptqFactor
    int increases = 0;              ///< likewise
    std::int64_t dead_columns = 0;  ///< likewise
    Sentence fallback;              ///< likewise
    /// Σ e² of the errors that were passed on: tr(ΔW (G + λ mean(diag G) I) ΔWᵀ), up to rounding.
    /// Before scales are fitted once more; under GPTAQ the sum alone, as its correction adds to ΔW.
    double loss = 0;
};

/// Some columns of some rows that have just been rounded.
struct GptqStep {
    std::int64_t first_row = 0;
    std::int64_t rows = 0;
    std::span<const std::int32_t> columns;  ///< in the order in which they were rounded
    /// (w - ŵ) / U_ii with the weight as it was compensated until then: [columns × stride].
    const float* errors = nullptr;
    std::int64_t stride = 0;  ///< values from a column to the next; the first `rows` count
};

/// How a matrix is rounded.
struct GptqTask {
    std::shared_ptr<const Grid> grid;  ///< one with a span_codec
    /// How spans are fitted; params are those of the tensor's original weights where per tensor.
    EncodeOptions fit;
    Gptq::Order order = Gptq::Order::fixed;  ///< as the factor was made
    const GptqFactor* factor = nullptr;
    const Backend* backend = nullptr;
    /// Called after every block of columns, from several threads; may be empty.
    std::function<void(const GptqStep&)> watch = {};
};

struct GptqResult {
    QuantizedTensor tensor;
    GptqReport report;
};

/// Rounds a matrix: spans get their parameters from the weights as they are compensated when their
/// first column is reached, or from the original ones under Gptq::Order::fixed and where a span is
/// the row. The bytes do not depend on the number of threads. Beside the result and the factor, a
/// tile of rows for each thread is in memory. Throws Error(bad_data) for weights that are not
/// finite, Error(cancelled). Precondition: !grid->refuses(rows.cols()).
GptqResult gptq_round(const RowSource& rows, const GptqTask& task, const Progress& progress = {});

}  // namespace ql
