// What rounding does to a weight matrix that was changed first. Only for core/run.
#pragma once

#include <memory>
#include <vector>

#include "core/model/model.h"
#include "core/run/row_encoder.h"

namespace ql {

/// A linear with a change and the scheme that it is stored in: what comes out, in terms of the
/// weights as they were.
class FoldedLinear {
  public:
    /// `scheme` is rounded to nearest whatever it says, and without its transform and clipping.
    /// `importance` is that of the unchanged columns, or empty. `change` must outlive this.
    FoldedLinear(const Model& model, const ModelTensor& tensor, const Scheme& scheme,
                 const TensorChange& change, std::vector<float> importance,
                 const Progress& progress);

    /// What becomes of rows from `first` on, of which `weights` are the unchanged values: the
    /// change is taken back.
    std::vector<float> decoded(const std::vector<float>& weights, std::int64_t first,
                               const Progress& progress) const;
    /// The same less the unchanged values.
    std::vector<float> errors(const std::vector<float>& weights, std::int64_t first,
                              const Progress& progress) const;

  private:
    const TensorChange& change_;
    std::int64_t cols_;
    MatrixImportance importance_;
    std::unique_ptr<RowEncoder> encoder_;
};

/// How many rows of a matrix are looked at together: all that is in memory of it.
constexpr std::int64_t kRowsTogether = 512;

}  // namespace ql
