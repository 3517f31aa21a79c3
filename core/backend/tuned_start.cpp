#include "core/backend/tuned_start.h"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <cblas.h>
#include <unistd.h>

namespace ql {

namespace {

/// Whether it had to be set.
bool set(const char* name, const char* value) {
    return std::getenv(name) == nullptr && setenv(name, value, 1) == 0;
}

/// The OpenBLAS kernels for a processor that OpenBLAS does not know; null if it does.
const char* better_kernels() {
#if defined(__x86_64__)
    if (std::string_view(openblas_get_corename()) == "Prescott") {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
            return "SkylakeX";
        }
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
            return "Haswell";
        }
    }
#endif
    return nullptr;
}

}  // namespace

void start_tuned(char** argv) {
    bool changed = std::getenv("GOMP_SPINCOUNT") == nullptr && set("OMP_WAIT_POLICY", "passive");
    if (const char* kernels = better_kernels()) {
        changed = set("OPENBLAS_CORETYPE", kernels) || changed;
    }
    std::error_code error;
    // Its path, not the link: the process keeps its name.
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (changed && !error) {
        execv(program.c_str(), argv);
    }
}

}  // namespace ql
