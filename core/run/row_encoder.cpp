#include "core/run/row_encoder.h"

#include <chrono>

#include "core/run/tensor_run.h"
#include "core/tensor/convert.h"

namespace ql {

void require_finite(const std::vector<float>& values) {
    if (const std::size_t bad = count_non_finite(values.data(), values.size()); bad > 0) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The weights hold NaN or infinite values ({} found so "
                                   "far); they cannot be quantized."),
                             bad));
    }
}

RowEncoder::RowEncoder(std::shared_ptr<const Grid> grid, std::int64_t cols, const ValueRange& range)
    : grid_(std::move(grid)), cols_(cols) {
    if (grid_->per_tensor()) {
        params_ = grid_->fit_tensor(range);
    }
}

RowEncoder::RowEncoder(const std::shared_ptr<const Grid>& grid, const RowSource& rows,
                       const Progress& progress)
    : RowEncoder(grid, rows.cols(),
                 grid->per_tensor() ? value_range(rows, progress) : ValueRange()) {}

double RowEncoder::encode_and_decode(const std::vector<float>& weights, std::int64_t rows,
                                     std::byte* bytes, float* decoded) const {
    const auto start = std::chrono::steady_clock::now();
    cpu_backend().encode(*grid_, weights.data(), rows, cols_, {params_}, bytes);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    cpu_backend().decode(*grid_, bytes, rows, cols_, params_, decoded);
    if (count_non_finite(decoded, weights.size()) > 0) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "Some weights are too large for {}: a scale or value "
                                   "became infinite."),
                             grid_->text()));
    }
    return seconds.count();
}

}  // namespace ql
