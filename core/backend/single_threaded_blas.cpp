#include "core/backend/single_threaded_blas.h"

#include <cblas.h>
#include <omp.h>

namespace ql {

// The OpenMP build of OpenBLAS follows omp_get_max_threads() at every call outside a parallel loop,
// and setting its number of threads sets OpenMP's; so both are held at one, and OpenMP's, which is
// a property of the calling thread, is given back.
SingleThreadedBlas::SingleThreadedBlas() : threads_(omp_get_max_threads()) {
    static const bool once = [] {
        openblas_set_num_threads(1);
        return true;
    }();
    static_cast<void>(once);
    omp_set_num_threads(1);
}

SingleThreadedBlas::~SingleThreadedBlas() { omp_set_num_threads(threads_); }

}  // namespace ql
