#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/progress.h"

namespace ql {

/// A step of a method, timed once on a square matrix with all threads of the limit.
struct MethodSpeed {
    std::string name;  ///< "gptq factor"
    double seconds = 0;
    /// Floating-point operations per second as a share of what matrix products reach in the
    /// precision of the step (see GemmPeak).
    double gemm_share = 0;
};

/// GPTQ of a `width` × `width` matrix of normal weights to int4:g128:sym, with its Gram matrix
/// given: the factor, which is made once for all linears that read an input (2/3 n³ operations in
/// float64), and the rounding with its updates (n³ in float32). `width` must be a multiple of 128.
std::vector<MethodSpeed> measure_gptq(std::int64_t width, const Progress& progress = {});

}  // namespace ql
