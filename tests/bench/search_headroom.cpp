// Prints, for every block format with a search and an exhaustive search: the error of the format's
// reference, of the search and of the optimum; how much of the reference's squared error could be
// gained at all (headroom), how much of that the search gains (closed), and the speed of the
// search.
// Arguments: blocks of each sample (default 64), then names of types (default all).

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "tests/core/grids/search_share.h"

using namespace ql;

namespace {

BlockSample normalWeights(std::size_t rows, std::size_t cols) {
    BlockSample sample{"normal", cols, std::vector<float>(rows * cols), goldenImportance(cols)};
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0f, 0.02f);
    std::generate(sample.values.begin(), sample.values.end(), [&] { return normal(random); });
    return sample;
}

/// Millions of bytes of float32 that one thread searches in a second of its own time, whatever else
/// the machine does: the median of five.
double megabytesPerSecond(const BlockSample& sample, DType dtype, bool weighted) {
    std::vector<std::byte> bytes(sample.blocks(dtype) * traits(dtype).block_bytes);
    std::vector<double> speeds;
    for (int i = 0; i < 5; ++i) {
        const std::clock_t begin = std::clock();
        block_format(dtype)->search(sample.run(dtype, weighted, bytes.data()));
        const double seconds = double(std::clock() - begin) / CLOCKS_PER_SEC;
        speeds.push_back(double(sample.values.size()) * 4e-6 / seconds);
    }
    std::nth_element(speeds.begin(), speeds.begin() + 2, speeds.end());
    return speeds[2];
}

void printRow(DType dtype, const BlockSample& sample, bool weighted, std::size_t blocks,
              double speed) {
    const SearchShare share = searchShare(sample, dtype, weighted, blocks);
    const auto rmse = [&](double squares) { return std::sqrt(squares / share.weight); };
    std::printf("%-8s %-11s %-8s %12.6g %12.6g %12.6g %8.2f %% %8.2f %% %8.1f\n",
                std::string(name(dtype)).c_str(), sample.name.c_str(),
                weighted ? "weighted" : "plain", rmse(share.reference), rmse(share.search),
                rmse(share.optimum), 100 * share.headroom(), 100 * share.closed(), speed);
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t blocks = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 64;
    const auto wanted = [&](DType dtype) {
        return argc < 3 || std::any_of(argv + 2, argv + argc,
                                       [&](const char* text) { return text == name(dtype); });
    };
    const BlockSample samples[] = {goldenSample("gauss"), goldenSample("studentt"), demoSample()};
    const BlockSample normal = normalWeights(512, 1024);
    std::printf("%-8s %-11s %-8s %12s %12s %12s %10s %10s %8s\n", "type", "sample", "weights",
                "reference", "search", "optimum", "headroom", "closed", "MB/s");
    for (const DTypeTraits& type : all_dtypes()) {
        const BlockFormat* format = block_format(type.dtype);
        if (format == nullptr || format->search == nullptr || !exhaustive(type.dtype) ||
            !wanted(type.dtype)) {
            continue;
        }
        for (const bool weighted : {false, true}) {
            const double speed = megabytesPerSecond(normal, type.dtype, weighted);
            for (const BlockSample& sample : samples) {
                printRow(type.dtype, sample, weighted, blocks, speed);
            }
        }
    }
}
