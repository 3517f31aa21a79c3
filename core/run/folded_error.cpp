#include "core/run/folded_error.h"

#include <algorithm>
#include <functional>

#include "core/base/parallel.h"
#include "core/run/tensor_run.h"

namespace ql {

namespace {

Scheme to_nearest(const Scheme& scheme) {
    Scheme nearest = scheme.folded();
    nearest.gptq.reset();
    return nearest;
}

/// E[x²] of inputs that are divided by the columns' factors.
std::vector<float> divided(std::vector<float> importance, const std::vector<float>& columns) {
    for (std::size_t i = 0; i < importance.size() && !columns.empty(); ++i) {
        const float factor = columns[i % columns.size()];
        importance[i] /= factor * factor;
    }
    return importance;
}

}  // namespace

FoldedLinear::FoldedLinear(const Model& model, const ModelTensor& tensor, const Scheme& scheme,
                           const TensorChange& change, std::vector<float> importance,
                           const Progress& progress)
    : change_(change),
      cols_(tensor.cols),
      importance_(divided(std::move(importance), change.columns), tensor.rows, tensor.cols) {
    const Scheme nearest = to_nearest(scheme);
    const std::unique_ptr<RowSource> rows = changed_rows(model.rows(tensor), change);
    encoder_ = std::make_unique<RowEncoder>(nearest, *rows, importance_, progress);
}

std::vector<float> FoldedLinear::decoded(const std::vector<float>& weights, std::int64_t first,
                                         const Progress& progress) const {
    std::vector<float> decoded(weights.size());
    const RowChunks chunks(static_cast<std::int64_t>(weights.size()) / cols_, cols_);
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t row = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        const auto begin = weights.begin() + row * cols_;
        const std::vector<float> original(begin, begin + count * cols_);
        std::vector<std::byte> bytes(static_cast<std::size_t>(count) *
                                     encoder_->grid().row_bytes(cols_));
        encode_changed(*encoder_, &change_, original, first + row, count, bytes.data(),
                       decoded.data() + row * cols_);
    });
    return decoded;
}

std::vector<float> FoldedLinear::errors(const std::vector<float>& weights, std::int64_t first,
                                        const Progress& progress) const {
    std::vector<float> errors = decoded(weights, first, progress);
    std::transform(errors.begin(), errors.end(), weights.begin(), errors.begin(), std::minus<>());
    return errors;
}

}  // namespace ql
