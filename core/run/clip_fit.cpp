#include "core/run/clip_fit.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/parallel.h"
#include "core/run/folded_error.h"

namespace ql {

namespace {

constexpr int kCandidates = 10;
constexpr double kClipSteps = 20;

std::int64_t span_of(const GridSpec& grid, std::int64_t cols) {
    const auto* integers = std::get_if<IntegerGrid>(&grid);
    const std::int64_t span = integers != nullptr
                                  ? integers->group
                                  : traits(std::get<StorageGrid>(grid).dtype).block_values;
    return span > 0 ? span : cols;
}

class ClipFit {
  public:
    ClipFit(const Model& model, const ModelTensor& tensor, const Scheme& scheme,
            const TensorChange& change, const QuadraticForm& inputs, const Progress& progress)
        : rows_(model.rows(tensor)),
          span_(span_of(scheme.grid, tensor.cols)),
          spans_(tensor.cols / span_),
          change_(change),
          progress_(progress) {
        change_.span = span_;
        for (std::int64_t i = 0; i < spans_; ++i) {
            forms_.push_back(inputs.block(i * span_, span_));
        }
        change_.bounds = largest();
        linear_ = std::make_unique<FoldedLinear>(model, tensor, scheme, change_,
                                                 std::vector<float>(), progress);
    }

    ClipBounds run() {
        const std::vector<float> top = change_.bounds;
        std::vector<float> best = top;
        std::vector<double> before;
        std::vector<double> least;
        for (int i = 0; i < kCandidates; ++i) {
            std::transform(top.begin(), top.end(), change_.bounds.begin(), [&](float bound) {
                return static_cast<float>(static_cast<double>(bound) * (1 - i / kClipSteps));
            });
            const std::vector<double> errors = errors_of_spans();
            if (i == 0) {
                before = errors;
                least = errors;
                continue;
            }
            for (std::size_t s = 0; s < errors.size(); ++s) {
                if (errors[s] < least[s]) {
                    least[s] = errors[s];
                    best[s] = change_.bounds[s];
                }
            }
        }
        ClipBounds result;
        result.span = span_;
        for (std::size_t s = 0; s < best.size(); ++s) {
            result.clipped += best[s] < top[s] ? 1 : 0;
            result.error_before += before[s];
            result.error_after += least[s];
        }
        result.bounds = std::move(best);
        return result;
    }

  private:
    /// max |w| of every span, changed.
    std::vector<float> largest() const {
        std::vector<float> top(static_cast<std::size_t>(rows_->rows() * spans_));
        for_pieces([&](std::vector<float> weights, std::int64_t first, std::int64_t count) {
            change_.apply(first, count, rows_->cols(), weights.data());
            for (std::int64_t s = 0; s < count * spans_; ++s) {
                float& largest = top[static_cast<std::size_t>(first * spans_ + s)];
                std::for_each(weights.begin() + s * span_, weights.begin() + (s + 1) * span_,
                              [&](float w) { largest = std::max(largest, std::fabs(w)); });
            }
        });
        return top;
    }

    /// Under the bounds as they are.
    std::vector<double> errors_of_spans() const {
        std::vector<double> all(static_cast<std::size_t>(rows_->rows() * spans_));
        for_pieces([&](const std::vector<float>& weights, std::int64_t first, std::int64_t count) {
            const std::vector<float> errors = linear_->errors(weights, first, progress_);
            parallel_for(spans_, progress_, [&](std::int64_t span) {
                std::vector<float> part;
                for (std::int64_t row = 0; row < count; ++row) {
                    const auto begin = errors.begin() + row * rows_->cols() + span * span_;
                    part.insert(part.end(), begin, begin + span_);
                }
                const std::vector<double> squares =
                    forms_[static_cast<std::size_t>(span)].squares(part, progress_);
                for (std::int64_t row = 0; row < count; ++row) {
                    all[static_cast<std::size_t>((first + row) * spans_ + span)] =
                        squares[static_cast<std::size_t>(row)];
                }
            });
        });
        return all;
    }

    void for_pieces(
        const std::function<void(std::vector<float>, std::int64_t, std::int64_t)>& body) const {
        for (std::int64_t first = 0; first < rows_->rows(); first += kRowsTogether) {
            const std::int64_t count = std::min(kRowsTogether, rows_->rows() - first);
            body(read_rows(*rows_, first, count, progress_), first, count);
        }
    }

    std::unique_ptr<RowSource> rows_;
    std::int64_t span_;
    std::int64_t spans_;
    TensorChange change_;
    const Progress& progress_;
    std::vector<QuadraticForm> forms_;      ///< of each span's inputs
    std::unique_ptr<FoldedLinear> linear_;  ///< under change_, whatever its bounds are
};

}  // namespace

ClipBounds fit_clip(const Model& model, const ModelTensor& tensor, const Scheme& scheme,
                    const TensorChange& change, const QuadraticForm& inputs,
                    const Progress& progress) {
    return ClipFit(model, tensor, scheme, change, inputs, progress).run();
}

}  // namespace ql
