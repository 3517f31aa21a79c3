#pragma once

#include <cstddef>

#include "core/grids/tensor_params.h"

namespace ql {

/// How a grid chooses its parameters and codes: the fit axis of a scheme.
struct Fit {
    bool importance = false;  ///< +imatrix: squared errors are weighted by the inputs' importance
    bool search = false;      ///< +search: our own best search instead of the grid's reference
    /// +clip: weights are kept within bounds that give a group's output the least error (AWQ). A
    /// matter of calibration, done before a grid sees the weights.
    bool clip = false;
    bool operator==(const Fit&) const = default;
};

/// What Grid::encode is told beside the weights.
struct EncodeOptions {
    TensorParams params;                  ///< of Grid::fit_tensor, where per_tensor()
    bool search = false;                  ///< the lowest squared error that our search finds
    const float* importance = nullptr;    ///< one weight >= 0 for each column, or null for none
    const float* block_maxima = nullptr;  ///< TensorRange::block_maxima, where per_block()
    std::int64_t first_row = 0;           ///< of the tensor that is encoded, where per_block()
};

}  // namespace ql
