// core/run: the pipeline model x schemes -> results. Weights are widened a chunk of rows at a time,
// encoded, decoded from the encoded bytes, and measured; the float matrix never exists as a whole.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/progress.h"
#include "core/measure/error_metrics.h"
#include "core/measure/histogram.h"
#include "core/measure/pyramid.h"
#include "core/model/tensor_change.h"
#include "core/schemes/scheme.h"
#include "core/tensor/row_source.h"

namespace ql {

/// What a heatmap shows for every weight.
enum class MapKind {
    error,           ///< ŵ - w
    relative_error,  ///< (ŵ - w) / |w|, 0 where w is 0
    original,        ///< w
    decoded,         ///< ŵ
    scale,           ///< the scale of the weight's block
};

/// One scheme applied to one tensor, measured on the decoded bytes.
struct TensorRun {
    Scheme scheme;
    QuantizedTensor quantized;
    ErrorSums error;
    double bits_per_weight = 0;
    Histogram histogram;  ///< of the decoded values, over the bins of the profile
    Pyramid error_map;
    double encode_seconds = 0;  ///< summed over threads

    /// What was done to the weights before they were stored; null if nothing was. Errors are those
    /// of the weights before.
    std::shared_ptr<const TensorChange> change;

    /// Set instead of everything else where the scheme cannot be applied, with the reason.
    std::optional<Sentence> refused;

    /// Rows as the model computes with them, in the coordinates of the original: decoded, and the
    /// change taken back. `out`: count × cols.
    void decode_rows(std::int64_t first, std::int64_t count, float* out) const;
};

/// What a calibration made of a tensor.
struct TensorCalibration {
    std::shared_ptr<const QuantizedTensor> rounded = {};  ///< by GPTQ; null without it
    std::shared_ptr<const TensorChange> change = {};      ///< before the grid; null without one
    std::vector<float> importance = {};                   ///< of the changed columns, or empty
};

/// Applies `scheme` to a tensor. `bins` gives range and number of histogram bins. Throws
/// Error(bad_data) for NaN or infinite weights, Error(cancelled). With importance (of the tensor's
/// columns, as importance_of gives it) the weighted error is measured for every scheme, and schemes
/// with Fit::importance use it; without, they are refused. So is GPTQ without a calibration that
/// has rounded the tensor. Transforms and clipping are no part of `scheme` any more: they are a
/// change.
TensorRun run_tensor(const RowSource& rows, const Scheme& scheme, const Histogram& bins,
                     const Progress& progress = {}, const std::vector<float>& importance = {},
                     const TensorCalibration& calibration = {});

/// What grids that share parameters between rows are fitted to. Throws Error(bad_data) for NaN or
/// infinite weights.
TensorRange tensor_range(const RowSource& rows, const Progress& progress = {});

/// The map of a whole tensor as a pyramid; `run` may be null for MapKind::original.
Pyramid map_pyramid(const RowSource& rows, const TensorRun* run, MapKind kind,
                    const Progress& progress = {});

/// The map's values in a window of the matrix, row by row.
std::vector<float> map_window(const RowSource& rows, const TensorRun* run, MapKind kind,
                              std::int64_t first_row, std::int64_t row_count,
                              std::int64_t first_col, std::int64_t col_count);

}  // namespace ql
