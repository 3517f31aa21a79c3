#include "core/grids/throughput.h"

#include <algorithm>
#include <chrono>
#include <random>

#include "core/grids/grid.h"
#include "core/tensor/row_source.h"

namespace ql {

namespace {

const char* const kIntegerGrids[] = {"int8:channel:narrow", "int8:g128:sym", "int4:g128:sym",
                                     "int4:g128:asym", "int3:g128:asym"};

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
    for (int i = 0; i < repetitions; ++i) {
        progress.check();
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk) {
            work(chunks.first(chunk), chunks.size(chunk));
        }
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        speeds.push_back(megabytes / seconds.count());
    }
    return median(std::move(speeds));
}

}  // namespace

std::vector<Throughput> measure_throughput(const Progress& progress, std::int64_t rows,
                                           std::int64_t cols, int repetitions) {
    std::vector<std::string> names;
    for (const DType dtype : encodable_dtypes()) {
        names.push_back(format(StorageGrid{dtype}));
    }
    names.insert(names.end(), std::begin(kIntegerGrids), std::end(kIntegerGrids));

    const std::vector<float> weights = normal_weights(static_cast<std::size_t>(rows * cols));
    const auto piece_rows = static_cast<std::size_t>(RowChunks(rows, cols).rows_per_chunk);
    std::vector<float> decoded(piece_rows * static_cast<std::size_t>(cols));
    std::vector<Throughput> results;
    for (std::size_t i = 0; i < names.size(); ++i) {
        progress.report(static_cast<double>(i) / static_cast<double>(names.size()));
        const auto grid = make_grid(parse_grid(names[i]));
        const std::size_t row_bytes = grid->row_bytes(cols);
        std::vector<std::byte> piece(piece_rows * row_bytes);
        const auto encode = [&](std::int64_t first, std::int64_t count) {
            grid->encode(weights.data() + first * cols, count, cols, {}, piece.data());
        };
        results.push_back(
            {names[i] + " encode", median_speed(rows, cols, repetitions, progress, encode)});

        std::vector<std::byte> bytes(static_cast<std::size_t>(rows) * row_bytes);
        grid->encode(weights.data(), rows, cols, {}, bytes.data());
        const auto decode = [&](std::int64_t first, std::int64_t count) {
            grid->decode(bytes.data() + static_cast<std::size_t>(first) * row_bytes, count, cols,
                         {}, decoded.data());
        };
        results.push_back(
            {names[i] + " decode", median_speed(rows, cols, repetitions, progress, decode)});
    }
    return results;
}

}  // namespace ql
