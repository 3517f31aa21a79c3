#pragma once

#include <cstdint>
#include <vector>

#include "core/model/model.h"
#include "core/run/quadratic_form.h"
#include "core/schemes/scheme.h"

namespace ql {

/// Bounds of a matrix's weights, and what they are good for.
struct ClipBounds {
    std::vector<float> bounds;  ///< as in TensorChange: of each row one for every `span` columns
    std::int64_t span = 0;
    std::uint64_t clipped = 0;  ///< spans whose largest weights are cut off
    /// Σ ‖X_span Δw_span‖² over all spans, without and with the bounds.
    double error_before = 0;
    double error_after = 0;
};

/// AWQ's clipping (Lin et al. 2023; llm-awq): for every span of weights that share a scale, of the
/// bounds max |w| · (1 - i/20), i = 0 … 9, the first one with the least error of what the span
/// adds to the output, rounded to nearest. `change`: factors and divisors that come first; `inputs`
/// are those of the unchanged weights. Throws what reading rows throws, and Error(cancelled).
/// Precondition: !refuses_clip of the scheme's grid.
ClipBounds fit_clip(const Model& model, const ModelTensor& tensor, const Scheme& scheme,
                    const TensorChange& change, const QuadraticForm& inputs,
                    const Progress& progress);

}  // namespace ql
