#pragma once

#include <memory>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/progress.h"
#include "core/grids/grid.h"
#include "core/measure/error_metrics.h"
#include "core/model/tensor_change.h"
#include "core/schemes/scheme.h"
#include "core/tensor/convert.h"
#include "core/tensor/row_source.h"

namespace ql {

/// The importance of a matrix's columns, which may differ between equal parts of its rows
/// (experts).
class MatrixImportance {
  public:
    MatrixImportance() = default;  ///< none
    /// `values`: cols of them for each part; empty for none.
    MatrixImportance(std::vector<float> values, std::int64_t rows, std::int64_t cols);

    bool empty() const { return values_.empty(); }
    std::int64_t cols() const { return cols_; }
    /// The importance of a row's columns, or null.
    const float* of_row(std::int64_t row) const;
    /// One past the last row that has the same importance as `row`.
    std::int64_t end_of_part(std::int64_t row) const;

  private:
    std::vector<float> values_;
    std::int64_t rows_per_part_ = 0;
    std::int64_t cols_ = 0;
};

/// Adds the weighted errors of rows from `first` on, if there is importance.
void add_weighted(ErrorSums& sums, const std::vector<float>& original,
                  const std::vector<float>& decoded, std::int64_t first,
                  const MatrixImportance& importance);

/// Why GPTQ, transforms and clipping cannot be used where no inputs are known.
Sentence needs_calibration();

/// Encodes pieces of one tensor: a scheme's grid and fit with what the whole tensor shares; or
/// gives the bytes that a tensor was rounded to. Safe to use from several threads.
class RowEncoder {
  public:
    /// `range` is that of the whole tensor; only grids with needs_range() look at it. `importance`
    /// must outlive the encoder; only schemes with Fit::importance look at it. `rounded` is what
    /// GPTQ made of the tensor, rows as they are encoded. Throws Error(usage) for a scheme with
    /// GPTQ and without it, and for one that folds: what it folds has to be done before.
    RowEncoder(const Scheme& scheme, std::int64_t cols, const TensorRange& range,
               const MatrixImportance& importance,
               std::shared_ptr<const QuantizedTensor> rounded = nullptr);
    /// Reads the whole tensor once if the grid needs its range.
    RowEncoder(const Scheme& scheme, const RowSource& rows, const MatrixImportance& importance,
               const Progress& progress = {},
               std::shared_ptr<const QuantizedTensor> rounded = nullptr);

    const Grid& grid() const { return *grid_; }
    const TensorParams& params() const { return params_; }

    /// Encodes `rows` rows, of which the first is row `first` of the tensor, to `bytes` and decodes
    /// these bytes to `decoded`. Throws Error(bad_data) when a decoded value is not finite (the
    /// type's range is too small for the weights). Returns the seconds that encoding took.
    double encode_and_decode(const std::vector<float>& weights, std::int64_t first,
                             std::int64_t rows, std::byte* bytes, float* decoded) const;

  private:
    void encode(const float* weights, std::int64_t first, std::int64_t rows,
                std::byte* bytes) const;

    std::shared_ptr<const Grid> grid_;
    Fit fit_;
    const MatrixImportance& importance_;
    std::int64_t cols_;
    TensorParams params_;
    std::vector<float> block_maxima_;
    std::shared_ptr<const QuantizedTensor> rounded_;
};

/// The same through a change of the weights (null: none): encodes them as it makes them, and takes
/// it back from what is decoded. `weights` and `decoded` are those before the change.
double encode_changed(const RowEncoder& encoder, const TensorChange* change,
                      const std::vector<float>& weights, std::int64_t first, std::int64_t rows,
                      std::byte* bytes, float* decoded);

}  // namespace ql
