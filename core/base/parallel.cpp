#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include <omp.h>

namespace ql {

namespace {
std::atomic<int> g_thread_limit{0};  // 0: not set, take OpenMP's
}

int thread_limit() {
    const int limit = g_thread_limit.load();
    return limit > 0 ? limit : std::max(1, omp_get_max_threads());
}

void set_thread_limit(int threads) { g_thread_limit = std::max(0, threads); }

void parallel_for(std::int64_t count, const Progress& progress,
                  const std::function<void(std::int64_t)>& body) {
    std::exception_ptr failure;
    std::atomic<bool> failed{false};
    // No exception may leave a parallel region: the first one is kept and thrown afterwards.
    const auto guarded = [&](std::int64_t i) {
        if (failed.load(std::memory_order_relaxed)) {
            return;
        }
        try {
            progress.check();
            body(i);
        } catch (...) {
            if (!failed.exchange(true)) {
                failure = std::current_exception();
            }
        }
    };
    const int threads = static_cast<int>(std::min<std::int64_t>(thread_limit(), count));
    if (threads <= 1) {
        for (std::int64_t i = 0; i < count; ++i) {
            guarded(i);
        }
    } else {
#pragma omp parallel for schedule(dynamic) num_threads(threads)
        for (std::int64_t i = 0; i < count; ++i) {
            guarded(i);
        }
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace ql
