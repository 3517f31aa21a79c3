#include "core/backend/gemm_peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include <cblas.h>

#include "core/backend/single_threaded_blas.h"
#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr int kOrder = 512;

/// `multiply(a, b, c)`: c = a · b once.
template <class Real, class Multiply>
double peak(const Progress& progress, const Multiply& multiply) {
    constexpr int kRounds = 8;
    constexpr int kProducts = 8;  // by each thread in a round
    constexpr double kOperations = 2.0 * kOrder * kOrder * kOrder * kProducts;
    const int threads = thread_limit();
    const std::vector<Real> a(kOrder * kOrder, Real{1});
    double best = 0;
    for (int round = 0; round < kRounds; ++round) {
        std::vector<std::vector<Real>> results(static_cast<std::size_t>(threads),
                                               std::vector<Real>(a.size()));
        const auto begin = std::chrono::steady_clock::now();
        parallel_for(threads, progress, [&](std::int64_t thread) {
            const SingleThreadedBlas single;
            for (int i = 0; i < kProducts; ++i) {
                multiply(a.data(), results[static_cast<std::size_t>(thread)].data());
            }
        });
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        best = std::max(best, kOperations * threads / seconds.count());
    }
    return best;
}

}  // namespace

GemmPeak measure_gemm_peak(const Progress& progress) {
    const auto single = [](const float* a, float* c) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kOrder, kOrder, kOrder, 1, a, kOrder,
                    a, kOrder, 0, c, kOrder);
    };
    const auto twice = [](const double* a, double* c) {
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, kOrder, kOrder, kOrder, 1, a, kOrder,
                    a, kOrder, 0, c, kOrder);
    };
    return {peak<float>(progress, single), peak<double>(progress, twice)};
}

}  // namespace ql
