#include "core/schemes/gptq/gptq.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "core/base/parallel.h"
#include "core/schemes/gptq/gptq_kernel.h"
#include "core/schemes/gptq/gptq_refit.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

using gptq::kBlockColumns;
using gptq::kStripRows;

/// Rows that go through all columns together: more make better use of the factor, of which a tile
/// reads all; fewer keep more threads busy. Depends on the shape alone.
std::int64_t rows_of_tile(std::int64_t rows) {
    constexpr std::int64_t kTiles = 8;
    constexpr std::int64_t kLeast = 2 * kStripRows;
    constexpr std::int64_t kMost = 8 * kStripRows;
    const std::int64_t strips = (rows + kTiles * kStripRows - 1) / (kTiles * kStripRows);
    return std::clamp(strips * kStripRows, kLeast, kMost);
}

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
          errors_(weights_.size()),
          block_codes_(static_cast<std::size_t>(std::min(cols, kBlockColumns) * stride_)),
          codes_(static_cast<std::size_t>(cols * rows)),
          // Rows that only fill up a strip have scales of 1, to compute with numbers.
          scales_(static_cast<std::size_t>(cols / shape_.part * stride_), 1.0F),
          zeros_(scales_.size()),
          offsets_(scales_.size()) {
        // Spans of whole rows are fitted before anything is passed on, whatever the order.
        fixed_ = task.order == Gptq::Order::fixed || shape_.span == cols_;
        for (std::int64_t i = 0; i < cols_; ++i) {
            place_[at(task_.factor->order[at(i)])] = i;
        }
    }

    /// Rounds them and stores them in `bytes`, their encoded rows. Returns the sum of e².
    double run(const RowSource& source, std::byte* bytes, const Progress& progress) {
        read(source);
        for (std::int64_t span = 0; fixed_ && span < cols_ / shape_.span; ++span) {
            fit(span, bytes);
        }
        round_columns(0, cols_, bytes, progress);
        if (!task_.factor->gram.empty()) {
            refit(source, bytes, progress);
        }
        for (std::int64_t row = 0; row < rows_; ++row) {
            codec_.store_codes(codes_.data() + row * cols_,
                               bytes + at(row) * task_.grid->row_bytes(cols_));
        }
        return loss_;
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

    void refit(const RowSource& source, std::byte* bytes, const Progress& progress) {
        std::vector<float> original(at(rows_ * cols_));
        source.read(first_row_, rows_, original.data());
        source.release(first_row_, rows_);
        const std::int64_t parts = cols_ / shape_.part;
        std::vector<PartParameters> parameters(at(rows_ * parts));
        for (std::int64_t row = 0; row < rows_; ++row) {
            for (std::int64_t part = 0; part < parts; ++part) {
                const std::size_t from = at(part * stride_ + row);
                parameters[at(row * parts + part)] = {scales_[from], zeros_[from], offsets_[from]};
            }
        }
        gptq::refit_scales({codec_, *task_.backend, task_.factor->gram.data(), rows_, cols_,
                            original.data(), codes_.data(), bytes, task_.grid->row_bytes(cols_)},
                           parameters.data(), progress);
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
        options.first_row = first_row_;
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

    /// Rounds columns [begin, end), to which all errors before them have been passed on. Halves
    /// are rounded one after the other, so that errors are passed on by products that are as large
    /// as they can be; a span never begins before the errors of all columns before it are there.
    void round_columns(std::int64_t begin, std::int64_t end, std::byte* bytes,
                       const Progress& progress) {
        const std::int64_t size = end - begin;
        if (size <= kBlockColumns && (fixed_ || size <= shape_.span)) {
            progress.check();
            if (!fixed_ && begin % shape_.span == 0) {
                fit(column(begin) / shape_.span, bytes);
            }
            round(begin, end);
            return;
        }
        const std::int64_t middle = begin + half_of(size);
        round_columns(begin, middle, bytes, progress);
        pass_on(begin, middle, end, progress);
        round_columns(middle, end, bytes, progress);
    }

    /// About half of `size` columns: whole spans, or whole blocks inside of a span.
    std::int64_t half_of(std::int64_t size) const {
        const std::int64_t unit = fixed_ || size <= shape_.span ? kBlockColumns : shape_.span;
        return ((size + unit - 1) / unit + 1) / 2 * unit;
    }

    /// Rounds at most kBlockColumns columns under their parameters.
    void round(std::int64_t begin, std::int64_t end) {
        std::vector<gptq::TileParameters> parameters(at(end - begin));
        gptq::Strip strip{end - begin, stride_, nullptr, parameters.data()};
        strip.factor_stride = cols_;
        if (!task_.factor->upper.empty()) {
            strip.upper = task_.factor->upper.data() + begin * cols_ + begin;
        }
        if (!task_.factor->correction.empty()) {
            strip.correction = task_.factor->correction.data() + begin * cols_ + begin;
        }
        for (std::int64_t row = 0; row < stride_; row += kStripRows) {
            for (std::int64_t place = begin; place < end; ++place) {
                const std::int64_t part = column(place) / shape_.part * stride_ + row;
                parameters[at(place - begin)] = {scales_.data() + part, zeros_.data() + part,
                                                 offsets_.data() + part};
            }
            strip.weights = weights_.data() + begin * stride_ + row;
            strip.errors = errors_.data() + begin * stride_ + row;
            strip.codes = block_codes_.data() + row;
            gptq::round_strip(shape_, strip);
        }
        keep(begin, end);
    }

    /// Keeps the codes and the sum of e² of a block, and tells the watcher.
    void keep(std::int64_t begin, std::int64_t end) {
        for (std::int64_t place = begin; place < end; ++place) {
            const float* errors = errors_.data() + place * stride_;
            const std::uint8_t* codes = block_codes_.data() + (place - begin) * stride_;
            for (std::int64_t row = 0; row < rows_; ++row) {
                loss_ += static_cast<double>(errors[row]) * static_cast<double>(errors[row]);
                codes_[at(row * cols_ + column(place))] = codes[row];
            }
        }
        if (task_.watch) {
            task_.watch({first_row_, rows_,
                         std::span(task_.factor->order).subspan(at(begin), at(end - begin)),
                         errors_.data() + begin * stride_, stride_});
        }
    }

    /// Passes on to columns [middle, end) what the rounding of columns [begin, middle) gives them.
    void pass_on(std::int64_t begin, std::int64_t middle, std::int64_t end,
                 const Progress& progress) {
        if (!task_.factor->upper.empty()) {
            pass_on(task_.factor->upper, errors_, begin, middle, end, progress);
        }
        if (!task_.factor->correction.empty()) {
            pass_on(task_.factor->correction, weights_, begin, middle, end, progress);
        }
    }
    /// Passes columns [begin, middle) of `from` on by the rows of a triangular matrix.
    void pass_on(const std::vector<float>& triangle, const std::vector<float>& from,
                 std::int64_t begin, std::int64_t middle, std::int64_t end,
                 const Progress& progress) {
        constexpr std::int64_t kPiece = 2048;  // a call of some ten milliseconds
        for (std::int64_t col = middle; col < end; col += kPiece) {
            progress.check();
            task_.backend->subtract_product({std::min(kPiece, end - col), stride_, middle - begin,
                                             triangle.data() + begin * cols_ + col, cols_,
                                             from.data() + begin * stride_, stride_, stride_},
                                            weights_.data() + col * stride_);
        }
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
    std::vector<float> errors_;
    std::vector<std::uint8_t> block_codes_;
    std::vector<std::uint8_t> codes_;  ///< row after row, columns as in the tensor
    std::vector<float> scales_;        ///< one row of the tile's rows for each part
    std::vector<float> zeros_;
    std::vector<float> offsets_;
    bool fixed_ = false;  ///< all parameters are those of the original weights
    double loss_ = 0;
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
    const std::int64_t tile_rows = rows_of_tile(rows.rows());
    const std::int64_t tiles = (rows.rows() + tile_rows - 1) / tile_rows;
    std::vector<double> losses(static_cast<std::size_t>(tiles));
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(tiles, progress, [&](std::int64_t tile) {
        const std::int64_t first = tile * tile_rows;
        const std::int64_t count = std::min(tile_rows, rows.rows() - first);
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
