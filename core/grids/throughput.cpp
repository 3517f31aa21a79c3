#include "core/grids/throughput.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "core/grids/grid.h"
#include "core/tensor/row_source.h"

namespace ql {

namespace {

const char* const kOtherGrids[] = {"int8:channel:narrow", "int8:g128:sym",  "int4:g128:sym",
                                   "int4:g128:asym",      "int3:g128:asym", "fp8_e4m3:channel",
                                   "fp8_e5m2:channel"};

/// A fit, and what the text of a scheme adds for it.
struct FitVariant {
    Fit fit;
    const char* suffix;
};
constexpr FitVariant kFits[] = {
    {{}, ""}, {{.importance = true}, "+imatrix"}, {{.search = true}, "+search"}};

constexpr std::int64_t kFitRows = 16;  // a weighted or searched fit gets one row of so many
constexpr double kLongEnough = 1;      // seconds after which no further pass begins

std::vector<float> normal_weights(std::size_t count) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 0.02f);
    std::vector<float> weights(count);
    for (float& weight : weights) {
        weight = normal(random);
    }
    return weights;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Megabytes of float32 per second when `work(first row, rows)` does every piece once.
template <class Work>
double median_speed(std::int64_t rows, std::int64_t cols, int repetitions, const Progress& progress,
                    const Work& work) {
    const RowChunks chunks(rows, cols);
    const double megabytes = static_cast<double>(rows) * static_cast<double>(cols) * 4e-6;
    std::vector<double> speeds;
    double total = 0;
    for (int i = 0; i < repetitions && total < kLongEnough; ++i) {
        progress.check();
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk) {
            work(chunks.first(chunk), chunks.size(chunk));
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        speeds.push_back(megabytes / seconds.count());
        total += seconds.count();
    }
    return median(std::move(speeds));
}

/// The matrix that is encoded, and how often.
struct Bench {
    std::vector<float> weights;
    std::vector<float> importance;
    std::int64_t rows;
    std::int64_t cols;
    int repetitions;
};

void measure_grid(const std::string& name, const Bench& bench, const Progress& progress,
                  std::vector<Throughput>& results) {
    const auto grid = make_grid(parse_grid(name));
    const std::size_t row_bytes = grid->row_bytes(bench.cols);
    const auto piece_rows =
        static_cast<std::size_t>(RowChunks(bench.rows, bench.cols).rows_per_chunk);
    std::vector<std::byte> piece(piece_rows * row_bytes);
    for (const auto& [fit, suffix] : kFits) {
        if (grid->refuses_fit(fit)) {
            continue;
        }
        const EncodeOptions options{
            .params = {},
            .search = fit.search,
            .importance = fit.importance ? bench.importance.data() : nullptr};
        const std::int64_t rows = fit == Fit() ? bench.rows : (bench.rows - 1) / kFitRows + 1;
        const auto encode = [&](std::int64_t first, std::int64_t count) {
            grid->encode(bench.weights.data() + first * bench.cols, count, bench.cols, options,
                         piece.data());
        };
        results.push_back({name + suffix + " encode",
                           median_speed(rows, bench.cols, bench.repetitions, progress, encode)});
    }

    std::vector<std::byte> bytes(static_cast<std::size_t>(bench.rows) * row_bytes);
    grid->encode(bench.weights.data(), bench.rows, bench.cols, {}, bytes.data());
    std::vector<float> decoded(piece_rows * static_cast<std::size_t>(bench.cols));
    const auto decode = [&](std::int64_t first, std::int64_t count) {
        grid->decode(bytes.data() + static_cast<std::size_t>(first) * row_bytes, count, bench.cols,
                     {}, decoded.data());
    };
    results.push_back({name + " decode",
                       median_speed(bench.rows, bench.cols, bench.repetitions, progress, decode)});
}

}  // namespace

std::vector<Throughput> measure_throughput(const Progress& progress, std::int64_t rows,
                                           std::int64_t cols, int repetitions) {
    std::vector<std::string> names;
    for (const DType dtype : encodable_dtypes()) {
        names.push_back(format(StorageGrid{dtype}));
    }
    names.insert(names.end(), std::begin(kOtherGrids), std::end(kOtherGrids));

    Bench bench{normal_weights(static_cast<std::size_t>(rows * cols)),
                normal_weights(static_cast<std::size_t>(cols)), rows, cols, repetitions};
    for (float& value : bench.importance) {
        value *= value;
    }
    std::vector<Throughput> results;
    for (std::size_t i = 0; i < names.size(); ++i) {
        progress.report(static_cast<double>(i) / static_cast<double>(names.size()));
        measure_grid(names[i], bench, progress, results);
    }
    return results;
}

}  // namespace ql
