#include "core/run/gptq_sweep.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/base/parallel.h"

namespace ql {

namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Listens to GPTQ on behalf of some rows.
class Watcher {
  public:
    Watcher(const GptqFactor& factor, const std::vector<std::int64_t>& rows)
        : rows_(rows), place_(factor.order.size()), errors_(factor.order.size() * rows.size()) {
        for (std::size_t place = 0; place < place_.size(); ++place) {
            place_[at(factor.order[place])] = place;
        }
    }

    /// Tiles of rows come from different threads, and write to different places.
    void take(const GptqStep& step) {
        const auto begin = std::lower_bound(rows_.begin(), rows_.end(), step.first_row);
        const auto end = std::lower_bound(begin, rows_.end(), step.first_row + step.rows);
        std::vector<double>& squares = squares_of(step.first_row);
        for (std::size_t i = 0; i < step.columns.size(); ++i) {
            const float* errors = step.errors + at(step.stride) * i;
            const std::size_t place = place_[at(step.columns[i])];
            float* out = errors_.data() + place * rows_.size() + at(begin - rows_.begin());
            std::transform(begin, end, out,
                           [&](std::int64_t row) { return errors[row - step.first_row]; });
            for (std::int64_t row = 0; row < step.rows; ++row) {
                squares[place] +=
                    static_cast<double>(errors[row]) * static_cast<double>(errors[row]);
            }
        }
    }

    std::vector<float> errors() { return std::move(errors_); }

    std::vector<double> losses() const {
        std::vector<double> losses(place_.size());
        double sum = 0;
        for (std::size_t place = 0; place < losses.size(); ++place) {
            for (const auto& [row, squares] : squares_) {
                sum += squares[place];
            }
            losses[place] = sum;
        }
        return losses;
    }

  private:
    std::vector<double>& squares_of(std::int64_t first_row) {
        const std::scoped_lock lock(mutex_);
        std::vector<double>& squares = squares_[first_row];
        squares.resize(place_.size());
        return squares;
    }

    const std::vector<std::int64_t>& rows_;
    std::vector<std::size_t> place_;  ///< of each column in the order of rounding
    std::vector<float> errors_;
    std::mutex mutex_;
    std::map<std::int64_t, std::vector<double>> squares_;  ///< Σ e² of each tile of rows
};

/// One row, put into its place among the columns in the order of rounding.
void scatter(const std::vector<float>& row, const GptqFactor& factor, std::size_t index,
             std::size_t rows, std::vector<float>& out) {
    for (std::size_t place = 0; place < row.size(); ++place) {
        out[place * rows + index] = row[at(factor.order[place])];
    }
}

}  // namespace

GptqSweep watch_gptq(const RowSource& rows, const Scheme& scheme,
                     const std::shared_ptr<const GptqFactor>& factor,
                     const std::vector<float>& importance, std::int64_t most_rows,
                     const Backend& backend, const Progress& progress) {
    GptqSweep sweep;
    sweep.factor = factor;
    const std::int64_t count = std::min(most_rows, rows.rows());
    for (std::int64_t i = 0; i < count; ++i) {
        sweep.rows.push_back(i * rows.rows() / count);
    }
    Watcher watcher(*factor, sweep.rows);
    const RoundedTensor result = round_tensor(rows, scheme, *factor, importance, backend, progress,
                                              [&](const GptqStep& step) { watcher.take(step); });
    sweep.report = result.report;
    sweep.errors = watcher.errors();
    sweep.losses = watcher.losses();
    sweep.original.resize(sweep.errors.size());
    sweep.rounded.resize(sweep.errors.size());
    std::vector<float> row(at(rows.cols()));
    for (std::size_t i = 0; i < sweep.rows.size(); ++i) {
        rows.read(sweep.rows[i], 1, row.data());
        rows.release(sweep.rows[i], 1);
        scatter(row, *factor, i, sweep.rows.size(), sweep.original);
        result.tensor->decode_rows(sweep.rows[i], 1, row.data());
        scatter(row, *factor, i, sweep.rows.size(), sweep.rounded);
    }
    return sweep;
}

SweepFrame sweep_frame(const GptqSweep& sweep, std::int64_t done, const SweepFrame* from,
                       const Backend& backend, const Progress& progress) {
    const auto rows = static_cast<std::int64_t>(sweep.rows.size());
    const std::int64_t columns = sweep.columns();
    SweepFrame frame;
    if (from != nullptr && from->done <= done) {
        frame = *from;
    } else {
        frame.change.resize(sweep.errors.size());
    }
    const std::int64_t begin = frame.done;
    frame.done = done;
    if (done == columns) {
        std::transform(sweep.rounded.begin(), sweep.rounded.end(), sweep.original.begin(),
                       frame.change.begin(), std::minus<>());
        return frame;
    }
    if (sweep.factor->upper.empty()) {  // nothing is passed on
        std::transform(sweep.errors.begin() + begin * rows, sweep.errors.begin() + done * rows,
                       frame.change.begin() + begin * rows, std::negate<>());
        return frame;
    }
    constexpr std::int64_t kPiece = 256;  // columns that one call works on
    const std::int64_t pieces = (columns - begin + kPiece - 1) / kPiece;
    parallel_for(done > begin ? pieces : 0, progress, [&](std::int64_t piece) {
        const std::int64_t first = begin + piece * kPiece;
        const std::int64_t count = std::min(kPiece, columns - first);
        // Below the diagonal U is 0: columns get nothing from those after them.
        const std::int64_t last = std::min(done, first + count);
        backend.subtract_product(
            {count, rows, last - begin, sweep.factor->upper.data() + begin * columns + first,
             columns, sweep.errors.data() + begin * rows, rows, rows},
            frame.change.data() + first * rows);
    });
    return frame;
}

}  // namespace ql
