#pragma once

#include "core/base/progress.h"

namespace ql {

/// How fast the machine multiplies matrices with all threads of the limit, each on matrices of its
/// own (512 × 512 by 512 × 512): floating-point operations per second, the best of some rounds.
/// What operations that consist of such products are held against.
struct GemmPeak {
    double float32 = 0;
    double float64 = 0;
};
GemmPeak measure_gemm_peak(const Progress& progress = {});

}  // namespace ql
