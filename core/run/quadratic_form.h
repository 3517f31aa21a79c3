// What a change of weights does to outputs, from what is known of the inputs. Only for core/run.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/calibration/input_statistics.h"
#include "core/tensor/row_source.h"

namespace ql {

/// ‖X vᵀ‖² for rows v as long as the inputs X have channels: from the Gram matrix of all inputs, or
/// from a sample of them. The same at any number of threads.
class QuadraticForm {
  public:
    /// Throws Error(cancelled), as all of these.
    static QuadraticForm of_gram(const GramMatrix& gram, const Progress& progress = {});
    /// `rows`: [count × channels], of `tokens` inputs.
    static QuadraticForm of_sample(std::vector<float> rows, std::int64_t channels,
                                   std::int64_t tokens);

    std::int64_t channels() const { return channels_; }
    /// Rows of the sample; 0: it is the Gram matrix.
    std::int64_t sampled() const { return sampled_; }

    /// Of each row of `rows`: [any × channels].
    std::vector<double> squares(const std::vector<float>& rows, const Progress& progress) const;
    double sum(const std::vector<float>& rows, const Progress& progress) const;

    /// The form of vectors that are 0 outside of channels [first, first + count).
    QuadraticForm block(std::int64_t first, std::int64_t count) const;

  private:
    std::int64_t channels_ = 0;
    std::int64_t sampled_ = 0;
    double factor_ = 1;          ///< from the sample to all inputs
    std::vector<float> values_;  ///< G: [channels × channels], or X: [sampled × channels]
};

/// Rows [first, first + count) of a source, read in parallel and released.
std::vector<float> read_rows(const RowSource& source, std::int64_t first, std::int64_t count,
                             const Progress& progress);

}  // namespace ql
