#pragma once

#include <memory>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/progress.h"
#include "core/grids/grid.h"
#include "core/tensor/row_source.h"

namespace ql {

/// Throws Error(bad_data) when a value is NaN or infinite: quantizing would spread it silently.
void require_finite(const std::vector<float>& values);

/// Encodes pieces of one tensor: a grid with the parameters that the whole tensor shares. Safe to
/// use from several threads.
class RowEncoder {
  public:
    /// `range` is that of the whole tensor; only per-tensor grids look at it.
    RowEncoder(std::shared_ptr<const Grid> grid, std::int64_t cols, const ValueRange& range);
    /// Reads the whole tensor once if the grid is per tensor.
    RowEncoder(const std::shared_ptr<const Grid>& grid, const RowSource& rows,
               const Progress& progress = {});

    const Grid& grid() const { return *grid_; }
    const TensorParams& params() const { return params_; }

    /// Encodes `rows` rows to `bytes` and decodes these bytes to `decoded`. Throws Error(bad_data)
    /// when a decoded value is not finite (the type's range is too small for the weights). Returns
    /// the seconds that encoding took.
    double encode_and_decode(const std::vector<float>& weights, std::int64_t rows, std::byte* bytes,
                             float* decoded) const;

  private:
    std::shared_ptr<const Grid> grid_;
    std::int64_t cols_;
    TensorParams params_;
};

}  // namespace ql
