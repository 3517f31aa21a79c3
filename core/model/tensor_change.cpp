#include "core/model/tensor_change.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/tensor/convert.h"

namespace ql {

namespace {

/// What stands before and after a change: rows of the same shape.
class AdaptedRows : public RowSource {
  public:
    AdaptedRows(std::unique_ptr<RowSource> source, const TensorChange& change)
        : RowSource(source->rows(), source->cols()), source_(std::move(source)), change_(change) {}

    void release(std::int64_t first, std::int64_t count) const override {
        source_->release(first, count);
    }

  protected:
    const RowSource& source() const { return *source_; }
    const TensorChange& change() const { return change_; }

  private:
    std::unique_ptr<RowSource> source_;
    const TensorChange& change_;
};

class ChangedRows final : public AdaptedRows {
  public:
    using AdaptedRows::AdaptedRows;

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        if (!change().values.empty()) {
            const auto begin = change().values.begin() + first * cols();
            std::copy(begin, begin + count * cols(), out);
            return;
        }
        source().read(first, count, out);
        change().apply(first, count, cols(), out);
    }
};

class RestoredRows final : public AdaptedRows {
  public:
    using AdaptedRows::AdaptedRows;

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        source().read(first, count, out);
        change().undo(first, count, cols(), out);
    }
};

}  // namespace

void TensorChange::apply(std::int64_t first, std::int64_t count, std::int64_t cols,
                         float* weights) const {
    for (std::int64_t row = first; row < first + count; ++row) {
        float* const begin = weights + (row - first) * cols;
        float* const end = begin + cols;
        if (!columns.empty()) {
            std::transform(begin, end, columns.begin(), begin, std::multiplies<>());
        }
        if (!rows.empty()) {
            const float divisor = rows[static_cast<std::size_t>(row)];
            std::for_each(begin, end, [&](float& value) { value /= divisor; });
        }
        for (std::int64_t col = 0; col < cols && !bounds.empty(); col += span) {
            const float bound = bounds[static_cast<std::size_t>(row * (cols / span) + col / span)];
            std::for_each(begin + col, begin + col + span,
                          [&](float& value) { value = std::clamp(value, -bound, bound); });
        }
    }
    if (rounded) {
        round_to(*rounded, weights, static_cast<std::size_t>(count * cols));
    }
}

void TensorChange::undo(std::int64_t first, std::int64_t count, std::int64_t cols,
                        float* weights) const {
    for (std::int64_t row = first; row < first + count; ++row) {
        float* const begin = weights + (row - first) * cols;
        float* const end = begin + cols;
        if (!rows.empty()) {
            const float divisor = rows[static_cast<std::size_t>(row)];
            std::for_each(begin, end, [&](float& value) { value *= divisor; });
        }
        if (!columns.empty()) {
            std::transform(begin, end, columns.begin(), begin, std::divides<>());
        }
    }
}

void round_to(DType dtype, float* values, std::size_t count) {
    std::vector<std::byte> stored(count * traits(dtype).block_bytes);
    narrow(dtype, values, count, stored.data());
    widen(dtype, stored.data(), count, values);
}

std::unique_ptr<RowSource> changed_rows(std::unique_ptr<RowSource> source,
                                        const TensorChange& change) {
    return std::make_unique<ChangedRows>(std::move(source), change);
}

std::unique_ptr<RowSource> restored_rows(std::unique_ptr<RowSource> source,
                                         const TensorChange& change) {
    return std::make_unique<RestoredRows>(std::move(source), change);
}

}  // namespace ql
