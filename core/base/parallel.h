#pragma once

#include <cstdint>
#include <functional>

#include "core/base/progress.h"

namespace ql {

/// The number of threads core may use at once (default: the machine's, or OMP_NUM_THREADS).
int thread_limit();
void set_thread_limit(int threads);

/// Calls body(i) once for every i in [0, count), spread over the thread limit. Before each call it
/// looks whether `progress` was cancelled; it throws that, or the first exception of a body, after
/// all threads have stopped. Results must not depend on which thread ran which i.
void parallel_for(std::int64_t count, const Progress& progress,
                  const std::function<void(std::int64_t)>& body);

}  // namespace ql
