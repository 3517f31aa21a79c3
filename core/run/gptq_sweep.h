#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/run/tensor_rounding.h"

namespace ql {

/// GPTQ at work on a tensor, of which some rows were watched. Columns stand in the order in which
/// they were rounded: the factor's.
struct GptqSweep {
    std::shared_ptr<const GptqFactor> factor;
    GptqReport report;
    std::vector<std::int64_t> rows;  ///< of the tensor, spread evenly over it, rising
    std::vector<float> original;     ///< weights as they were: [columns × rows], column by column
    std::vector<float> rounded;      ///< what the finished bytes decode to, likewise
    std::vector<float> errors;       ///< what each column passed on (GptqStep::errors), likewise
    /// Σ e² of the columns up to each one, over all rows of the tensor. The last one is the loss.
    std::vector<double> losses;

    std::int64_t columns() const { return factor->columns; }
};

/// Rounds a tensor as round_tensor does, and keeps what became of `most_rows` of its rows. Throws
/// what round_tensor throws. Precondition: one row at least, and a factor without a correction
/// (GPTAQ), which the identity of sweep_frame leaves out.
GptqSweep watch_gptq(const RowSource& rows, const Scheme& scheme,
                     const std::shared_ptr<const GptqFactor>& factor,
                     const std::vector<float>& importance, std::int64_t most_rows,
                     const Backend& backend, const Progress& progress = {});

/// A moment of a sweep: `done` columns are rounded. What the watched rows carry then, less their
/// original weights: of rounded columns the error that stays, of free ones what was passed on to
/// them so far. [columns × rows], column by column in the order of rounding.
struct SweepFrame {
    std::int64_t done = 0;
    std::vector<float> change;
};

/// W' = W - E U for the errors E of the columns that are rounded (Frantar et al. 2022, algorithm
/// 1), up to the order of sums; the last frame is the decoded bytes less the weights, exactly.
/// `from`: an earlier moment to go on from, or null. Throws Error(cancelled).
SweepFrame sweep_frame(const GptqSweep& sweep, std::int64_t done, const SweepFrame* from,
                       const Backend& backend, const Progress& progress = {});

}  // namespace ql
