#include "core/schemes/gptq/gptq.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "core/base/parallel.h"
#include "core/schemes/gptq/gptq_kernel.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

using gptq::kBlockColumns;
using gptq::kStripRows;

// Rows that go through all columns together. More make better use of the factor, of which a tile
// reads all; fewer keep more threads busy.
constexpr std::int64_t kTileRows = 128;

/// Rounds the rows of one tile. Matrices of a tile lie column after column, `stride_` rows each, in
/// the order of rounding.
class Tile {
  public:
    Tile(const GptqTask& task, const SpanCodec& codec, std::int64_t cols, std::int64_t first_row,
         std::int64_t rows)
        : task_(task),
          codec_(codec),
          shape_(codec.shape()),
          cols_(cols),
          first_row_(first_row),
          rows_(rows),
          stride_((rows + kStripRows - 1) / kStripRows * kStripRows),
          place_(static_cast<std::size_t>(cols)),
          weights_(static_cast<std::size_t>(cols * stride_)),
          errors_(static_cast<std::size_t>(std::min(cols, kBlockColumns) * stride_)),
          block_codes_(errors_.size()),
          codes_(static_cast<std::size_t>(cols * rows)),
          // Rows that only fill up a strip have scales of 1, to compute with numbers.
          scales_(static_cast<std::size_t>(cols / shape_.part * stride_), 1.0F),
          zeros_(scales_.size()),
          offsets_(scales_.size()) {
        for (std::int64_t i = 0; i < cols_; ++i) {
            place_[at(task_.factor->order[at(i)])] = i;
        }
    }

    /// Rounds them and stores them in `bytes`, their encoded rows. Returns the sum of e².
    double run(const RowSource& source, std::byte* bytes, const Progress& progress) {
        read(source);
        const bool fixed = task_.order == Gptq::Order::fixed || shape_.span == cols_;
        for (std::int64_t span = 0; fixed && span < cols_ / shape_.span; ++span) {
            fit(span, bytes);
        }
        double loss = 0;
        for (std::int64_t first = 0; first < cols_;) {
            progress.check();
            const std::int64_t end =
                fixed ? std::min(first + kBlockColumns, cols_) : end_of_block(first);
            if (fixed) {
                round(first, first, end);
            } else {
                round_spans(first, end, bytes);
            }
            loss += finish_block(first, end);
            pass_on(first, first, end, end, cols_);
            first = end;
        }
        for (std::int64_t row = 0; row < rows_; ++row) {
            codec_.store_codes(codes_.data() + row * cols_,
                               bytes + at(row) * task_.grid->row_bytes(cols_));
        }
        return loss;
    }

  private:
    static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
    std::int32_t column(std::int64_t place) const { return task_.factor->order[at(place)]; }

    void read(const RowSource& source) {
        std::vector<float> values(at(rows_ * cols_));
        source.read(first_row_, rows_, values.data());
        source.release(first_row_, rows_);
        require_finite(values);
        for (std::int64_t place = 0; place < cols_; ++place) {
            for (std::int64_t row = 0; row < rows_; ++row) {
                weights_[at(place * stride_ + row)] = values[at(row * cols_ + column(place))];
            }
        }
    }

    /// Fits a span to what its columns carry now.
    void fit(std::int64_t span, std::byte* bytes) {
        const std::int64_t first = span * shape_.span;
        std::vector<float> values(at(rows_ * shape_.span));
        for (std::int64_t i = 0; i < shape_.span; ++i) {
            const float* from = weights_.data() + place_[at(first + i)] * stride_;
            for (std::int64_t row = 0; row < rows_; ++row) {
                values[at(row * shape_.span + i)] = from[row];
            }
        }
        EncodeOptions options = task_.fit;
        options.importance = options.importance == nullptr ? nullptr : options.importance + first;
        std::vector<PartParameters> parameters(at(rows_ * shape_.parts_of_span()));
        codec_.fit(values.data(), rows_, span, options, bytes, parameters.data());
        for (std::int64_t row = 0; row < rows_; ++row) {
            for (std::int64_t i = 0; i < shape_.parts_of_span(); ++i) {
                const PartParameters& part = parameters[at(row * shape_.parts_of_span() + i)];
                const std::size_t to = at((first / shape_.part + i) * stride_ + row);
                scales_[to] = part.scale;
                zeros_[to] = part.zero;
                offsets_[to] = part.offset;
            }
        }
    }

    /// The end of the lazy block that begins at `first`: spans begin where a block does, or inside
    /// of one where errors have been passed on up to them.
    std::int64_t end_of_block(std::int64_t first) const {
        if (shape_.span < kBlockColumns) {
            return std::min(first + kBlockColumns / shape_.span * shape_.span, cols_);
        }
        return std::min(first + kBlockColumns, (first / shape_.span + 1) * shape_.span);
    }

    void round_spans(std::int64_t first, std::int64_t end, std::byte* bytes) {
        for (std::int64_t begin = first; begin < end;) {
            const std::int64_t next = std::min(begin + shape_.span, end);
            if (begin % shape_.span == 0) {
                fit(column(begin) / shape_.span, bytes);
            }
            round(first, begin, next);
            pass_on(first, begin, next, next, end);
            begin = next;
        }
    }

    /// Rounds columns [begin, end) of the block that begins at `first`.
    void round(std::int64_t first, std::int64_t begin, std::int64_t end) {
        std::vector<gptq::TileParameters> parameters(at(end - begin));
        gptq::Strip strip{end - begin, stride_, nullptr, parameters.data()};
        strip.upper_stride = cols_;
        if (!task_.factor->upper.empty()) {
            strip.upper = task_.factor->upper.data() + begin * cols_ + begin;
        }
        for (std::int64_t row = 0; row < stride_; row += kStripRows) {
            for (std::int64_t place = begin; place < end; ++place) {
                const std::int64_t part = column(place) / shape_.part * stride_ + row;
                parameters[at(place - begin)] = {scales_.data() + part, zeros_.data() + part,
                                                 offsets_.data() + part};
            }
            strip.weights = weights_.data() + begin * stride_ + row;
            strip.errors = errors_.data() + (begin - first) * stride_ + row;
            strip.codes = block_codes_.data() + (begin - first) * stride_ + row;
            gptq::round_strip(shape_, strip);
        }
    }

    /// Passes the errors of columns [begin, end) of the block that begins at `first` on to columns
    /// [from, to).
    void pass_on(std::int64_t first, std::int64_t begin, std::int64_t end, std::int64_t from,
                 std::int64_t to) {
        if (task_.factor->upper.empty()) {
            return;
        }
        // A piece is a call of some milliseconds.
        constexpr std::int64_t kPiece = 2048;
        for (std::int64_t col = from; col < to; col += kPiece) {
            task_.backend->subtract_product(
                {std::min(kPiece, to - col), stride_, end - begin,
                 task_.factor->upper.data() + begin * cols_ + col, cols_,
                 errors_.data() + (begin - first) * stride_, stride_, stride_},
                weights_.data() + col * stride_);
        }
    }

    /// Keeps the codes of a block, tells the watcher, and returns its sum of e².
    double finish_block(std::int64_t first, std::int64_t end) {
        double sum = 0;
        for (std::int64_t place = first; place < end; ++place) {
            const float* errors = errors_.data() + (place - first) * stride_;
            const std::uint8_t* codes = block_codes_.data() + (place - first) * stride_;
            for (std::int64_t row = 0; row < rows_; ++row) {
                sum += static_cast<double>(errors[row]) * static_cast<double>(errors[row]);
                codes_[at(row * cols_ + column(place))] = codes[row];
            }
        }
        if (task_.watch) {
            task_.watch({first_row_, rows_,
                         std::span(task_.factor->order).subspan(at(first), at(end - first)),
                         errors_.data(), stride_});
        }
        return sum;
    }

    const GptqTask& task_;
    const SpanCodec& codec_;
    const SpanShape& shape_;
    std::int64_t cols_;
    std::int64_t first_row_;
    std::int64_t rows_;
    std::int64_t stride_;
    std::vector<std::int64_t> place_;  ///< of each column in the order of rounding
    std::vector<float> weights_;
    std::vector<float> errors_;  ///< of a block
    std::vector<std::uint8_t> block_codes_;
    std::vector<std::uint8_t> codes_;  ///< row after row, columns as in the tensor
    std::vector<float> scales_;        ///< one row of the tile's rows for each part
    std::vector<float> zeros_;
    std::vector<float> offsets_;
};

}  // namespace

GptqResult gptq_round(const RowSource& rows, const GptqTask& task, const Progress& progress) {
    const GptqFactor& factor = *task.factor;
    GptqResult result;
    result.report = {factor.damp, factor.increases, factor.dead_columns, factor.fallback, 0};
    const std::size_t row_bytes = task.grid->row_bytes(rows.cols());
    result.tensor = {task.grid, rows.rows(), rows.cols(), task.fit.params,
                     std::vector<std::byte>(static_cast<std::size_t>(rows.rows()) * row_bytes)};
    if (rows.size() == 0) {
        return result;
    }
    const std::unique_ptr<const SpanCodec> codec = task.grid->span_codec(rows.cols());
    const std::int64_t tiles = (rows.rows() + kTileRows - 1) / kTileRows;
    std::vector<double> losses(static_cast<std::size_t>(tiles));
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(tiles, progress, [&](std::int64_t tile) {
        const std::int64_t first = tile * kTileRows;
        const std::int64_t count = std::min(kTileRows, rows.rows() - first);
        std::byte* bytes = result.tensor.bytes.data() + static_cast<std::size_t>(first) * row_bytes;
        losses[static_cast<std::size_t>(tile)] =
            Tile(task, *codec, rows.cols(), first, count).run(rows, bytes, progress);
        const std::scoped_lock lock(mutex);
        progress.report(static_cast<double>(++done) / static_cast<double>(tiles));
    });
    result.report.loss = std::accumulate(losses.begin(), losses.end(), 0.0);
    return result;
}

}  // namespace ql
