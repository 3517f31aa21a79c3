#include "core/run/row_encoder.h"

#include <algorithm>
#include <chrono>

#include "core/run/tensor_run.h"
#include "core/tensor/convert.h"

namespace ql {

MatrixImportance::MatrixImportance(std::vector<float> values, std::int64_t rows, std::int64_t cols)
    : values_(std::move(values)), cols_(cols) {
    const auto parts = cols == 0 ? 0 : static_cast<std::int64_t>(values_.size()) / cols;
    rows_per_part_ = parts == 0 ? rows : rows / parts;
}

const float* MatrixImportance::of_row(std::int64_t row) const {
    return empty() ? nullptr : values_.data() + row / rows_per_part_ * cols_;
}

std::int64_t MatrixImportance::end_of_part(std::int64_t row) const {
    return (row / rows_per_part_ + 1) * rows_per_part_;
}

void add_weighted(ErrorSums& sums, const std::vector<float>& original,
                  const std::vector<float>& decoded, std::int64_t first,
                  const MatrixImportance& importance) {
    if (importance.empty()) {
        return;
    }
    const auto cols = static_cast<std::size_t>(importance.cols());
    for (std::size_t row = 0; row * cols < original.size(); ++row) {
        sums.add_weighted(original.data() + row * cols, decoded.data() + row * cols,
                          importance.of_row(first + static_cast<std::int64_t>(row)), cols);
    }
}

Sentence needs_calibration() {
    return Sentence(QL_TR("core",
                          "AWQ, SmoothQuant, GPTQ and static activations go by what the linears of "
                          "a model read on a calibration text, and there is no calibration here."));
}

RowEncoder::RowEncoder(const Scheme& scheme, std::int64_t cols, const TensorRange& range,
                       const MatrixImportance& importance,
                       std::shared_ptr<const QuantizedTensor> rounded)
    : grid_(make_grid(scheme.grid)),
      fit_(scheme.fit),
      importance_(importance),
      cols_(cols),
      rounded_(std::move(rounded)) {
    if (scheme.folds() || (scheme.gptq && rounded_ == nullptr)) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
    if (grid_->per_tensor()) {
        params_ = rounded_ != nullptr ? rounded_->params : grid_->fit_tensor(range);
    }
    if (grid_->per_block()) {
        block_maxima_ = range.block_maxima;
    }
}

RowEncoder::RowEncoder(const Scheme& scheme, const RowSource& rows,
                       const MatrixImportance& importance, const Progress& progress,
                       std::shared_ptr<const QuantizedTensor> rounded)
    : RowEncoder(scheme, rows.cols(),
                 rounded == nullptr && make_grid(scheme.grid)->needs_range()
                     ? tensor_range(rows, progress)
                     : TensorRange(),
                 importance, rounded) {}

void RowEncoder::encode(const float* weights, std::int64_t first, std::int64_t rows,
                        std::byte* bytes) const {
    if (rounded_ != nullptr) {
        const std::size_t row_bytes = grid_->row_bytes(cols_);
        std::copy_n(rounded_->bytes.data() + static_cast<std::size_t>(first) * row_bytes,
                    static_cast<std::size_t>(rows) * row_bytes, bytes);
        return;
    }
    if (!fit_.importance || importance_.empty()) {
        cpu_backend().encode(*grid_, weights, rows, cols_,
                             {params_, fit_.search, nullptr, block_maxima_.data(), first}, bytes);
        return;
    }
    for (std::int64_t row = first; row < first + rows;) {
        const std::int64_t end = std::min(first + rows, importance_.end_of_part(row));
        const auto done = static_cast<std::size_t>(row - first);
        cpu_backend().encode(
            *grid_, weights + done * static_cast<std::size_t>(cols_), end - row, cols_,
            {params_, fit_.search, importance_.of_row(row), block_maxima_.data(), row},
            bytes + done * grid_->row_bytes(cols_));
        row = end;
    }
}

double RowEncoder::encode_and_decode(const std::vector<float>& weights, std::int64_t first,
                                     std::int64_t rows, std::byte* bytes, float* decoded) const {
    const auto start = std::chrono::steady_clock::now();
    encode(weights.data(), first, rows, bytes);
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

double encode_changed(const RowEncoder& encoder, const TensorChange* change,
                      const std::vector<float>& weights, std::int64_t first, std::int64_t rows,
                      std::byte* bytes, float* decoded) {
    if (change == nullptr) {
        return encoder.encode_and_decode(weights, first, rows, bytes, decoded);
    }
    const std::int64_t cols = static_cast<std::int64_t>(weights.size()) / rows;
    std::vector<float> changed = weights;
    change->apply(first, rows, cols, changed.data());
    const double seconds = encoder.encode_and_decode(changed, first, rows, bytes, decoded);
    change->undo(first, rows, cols, decoded);
    return seconds;
}

}  // namespace ql
