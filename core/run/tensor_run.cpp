#include "core/run/tensor_run.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/base/parallel.h"
#include "core/run/row_encoder.h"

namespace ql {

namespace {

/// Fills `out` with the map's values for rows of w and ŵ.
void fill_map(const TensorRun* run, MapKind kind, std::int64_t first_row,
              const std::vector<float>& original, const std::vector<float>& decoded,
              std::int64_t cols, std::vector<float>& out) {
    switch (kind) {
        case MapKind::original:
            out = original;
            return;
        case MapKind::decoded:
            out = decoded;
            return;
        case MapKind::error:
            out.resize(original.size());
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = decoded[i] - original[i];
            }
            return;
        case MapKind::relative_error:
            out.resize(original.size());
            for (std::size_t i = 0; i < out.size(); ++i) {
                out[i] = original[i] == 0 ? 0 : (decoded[i] - original[i]) / std::fabs(original[i]);
            }
            return;
        case MapKind::scale: {
            out.resize(original.size());
            const auto rows = static_cast<std::int64_t>(original.size()) / cols;
            for (std::int64_t row = 0; row < rows; ++row) {
                std::int64_t col = 0;
                while (col < cols) {  // one look for each block, not for each weight
                    const CellInfo cell = run->quantized.inspect(first_row + row, col);
                    const std::int64_t end = std::max(cell.block_end, col + 1);
                    std::fill(out.begin() + row * cols + col, out.begin() + row * cols + end,
                              cell.scale);
                    col = end;
                }
            }
            return;
        }
    }
}

/// Raises the maxima of the blocks that a row crosses.
void add_block_maxima(const float* row, std::int64_t cols, float* maxima) {
    for (std::int64_t col = 0; col < cols; ++col) {
        float& largest = maxima[col / kBlockSide];
        largest = std::max(largest, std::fabs(row[col]));
    }
}

/// The map's values for whole rows.
std::vector<float> map_rows(const RowSource& rows, const TensorRun* run, MapKind kind,
                            std::int64_t first, std::int64_t count) {
    const auto values = static_cast<std::size_t>(count * rows.cols());
    std::vector<float> original(values);
    rows.read(first, count, original.data());
    std::vector<float> decoded;
    if (kind != MapKind::original && kind != MapKind::scale) {
        decoded.resize(values);
        run->decode_rows(first, count, decoded.data());
    }
    std::vector<float> map;
    fill_map(run, kind, first, original, decoded, rows.cols(), map);
    return map;
}

/// The rows of a source that somebody else owns.
class RowsOf final : public RowSource {
  public:
    explicit RowsOf(const RowSource& source)
        : RowSource(source.rows(), source.cols()), source_(source) {}
    void read(std::int64_t first, std::int64_t count, float* out) const override {
        source_.read(first, count, out);
    }
    void release(std::int64_t first, std::int64_t count) const override {
        source_.release(first, count);
    }

  private:
    const RowSource& source_;
};

}  // namespace

void TensorRun::decode_rows(std::int64_t first, std::int64_t count, float* out) const {
    quantized.decode_rows(first, count, out);
    if (change != nullptr) {
        change->undo(first, count, quantized.cols, out);
    }
}

TensorRange tensor_range(const RowSource& rows, const Progress& progress) {
    const RowChunks chunks(rows.rows(), rows.cols());
    const std::int64_t blocks = blocks_along(rows.cols());
    TensorRange range;
    range.block_maxima.resize(static_cast<std::size_t>(blocks_along(rows.rows()) * blocks));
    bool started = false;
    std::mutex mutex;
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> values(static_cast<std::size_t>(count * rows.cols()));
        rows.read(first, count, values.data());
        rows.release(first, count);
        require_finite(values);
        const auto [lo, hi] = std::minmax_element(values.begin(), values.end());
        const std::int64_t first_block = first / kBlockSide;
        std::vector<float> maxima(
            static_cast<std::size_t>((blocks_along(first + count) - first_block) * blocks));
        for (std::int64_t row = 0; row < count; ++row) {
            add_block_maxima(values.data() + row * rows.cols(), rows.cols(),
                             maxima.data() + ((first + row) / kBlockSide - first_block) * blocks);
        }
        const std::scoped_lock lock(mutex);  // extremes may be joined in any order
        range.lo = started ? std::min(range.lo, *lo) : *lo;
        range.hi = started ? std::max(range.hi, *hi) : *hi;
        started = true;
        for (std::size_t i = 0; i < maxima.size(); ++i) {
            float& joined = range.block_maxima[static_cast<std::size_t>(first_block * blocks) + i];
            joined = std::max(joined, maxima[i]);
        }
    });
    return range;
}

TensorRun run_tensor(const RowSource& rows, const Scheme& scheme, const Histogram& bins,
                     const Progress& progress, const std::vector<float>& importance,
                     const TensorCalibration& calibration) {
    TensorRun run;
    run.scheme = scheme;
    const std::shared_ptr<const Grid> grid = make_grid(scheme.grid);
    if ((run.refused = grid->refuses(rows.cols()))) {
        return run;
    }
    if (scheme.folds() || (scheme.gptq && calibration.rounded == nullptr)) {
        run.refused = needs_calibration();
        return run;
    }
    const MatrixImportance columns(importance, rows.rows(), rows.cols());
    if (scheme.fit.importance && columns.empty()) {
        run.refused =
            Sentence(QL_TR("core", "The importance of this tensor's columns is not known."));
        return run;
    }
    const TensorChange* change = calibration.change.get();
    const MatrixImportance changed_columns(calibration.importance, rows.rows(), rows.cols());
    const std::unique_ptr<RowSource> changed =
        change != nullptr ? changed_rows(std::make_unique<RowsOf>(rows), *change) : nullptr;
    run.change = calibration.change;
    const RowEncoder encoder(scheme, change != nullptr ? *changed : rows,
                             change != nullptr ? changed_columns : columns, progress,
                             calibration.rounded);
    const std::size_t row_bytes = grid->row_bytes(rows.cols());
    run.quantized = {grid, rows.rows(), rows.cols(), encoder.params(),
                     std::vector<std::byte>(static_cast<std::size_t>(rows.rows()) * row_bytes)};
    run.bits_per_weight = grid->bits_stored(rows.rows(), rows.cols()) /
                          static_cast<double>(std::max<std::int64_t>(1, rows.size()));
    run.error_map = Pyramid(rows.rows(), rows.cols());
    run.histogram = Histogram(bins.lo, bins.hi, bins.counts.size());

    const RowChunks chunks(rows.rows(), rows.cols());
    std::vector<ErrorSums> errors(static_cast<std::size_t>(chunks.count()));
    std::mutex mutex;
    std::int64_t done = 0;
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        std::vector<float> original(static_cast<std::size_t>(count * rows.cols()));
        rows.read(first, count, original.data());
        rows.release(first, count);
        require_finite(original);
        std::byte* bytes = run.quantized.bytes.data() + static_cast<std::size_t>(first) * row_bytes;
        std::vector<float> decoded(original.size());
        const double seconds =
            encode_changed(encoder, change, original, first, count, bytes, decoded.data());

        ErrorSums& sums = errors[static_cast<std::size_t>(chunk)];
        sums.add(original.data(), decoded.data(), original.size());
        add_weighted(sums, original, decoded, first, columns);
        Histogram part(bins.lo, bins.hi, bins.counts.size());
        part.add(decoded.data(), decoded.size());
        for (std::size_t i = 0; i < decoded.size(); ++i) {
            decoded[i] -= original[i];
        }
        run.error_map.add_rows(first, count, decoded.data());

        const std::scoped_lock lock(mutex);  // counts may be joined in any order
        run.histogram.merge(part);
        run.encode_seconds += seconds;
        done += count;
        progress.report(static_cast<double>(done) / static_cast<double>(rows.rows()));
    });
    for (const ErrorSums& part : errors) {
        run.error.merge(part);
    }
    run.error_map.finish();
    return run;
}

Pyramid map_pyramid(const RowSource& rows, const TensorRun* run, MapKind kind,
                    const Progress& progress) {
    Pyramid pyramid(rows.rows(), rows.cols());
    const RowChunks chunks(rows.rows(), rows.cols());
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        pyramid.add_rows(first, count, map_rows(rows, run, kind, first, count).data());
        rows.release(first, count);
    });
    pyramid.finish();
    return pyramid;
}

std::vector<float> map_window(const RowSource& rows, const TensorRun* run, MapKind kind,
                              std::int64_t first_row, std::int64_t row_count,
                              std::int64_t first_col, std::int64_t col_count) {
    const std::vector<float> whole = map_rows(rows, run, kind, first_row, row_count);
    std::vector<float> window;
    window.reserve(static_cast<std::size_t>(row_count * col_count));
    for (std::int64_t row = 0; row < row_count; ++row) {
        const auto begin = whole.begin() + row * rows.cols() + first_col;
        window.insert(window.end(), begin, begin + col_count);
    }
    return window;
}

}  // namespace ql
