#include "core/run/method_speed.h"

#include <chrono>
#include <random>

#include "core/backend/gemm_peak.h"
#include "core/run/tensor_rounding.h"

namespace ql {

namespace {

std::vector<float> normal_values(std::int64_t count, float deviation) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

template <class Work>
MethodSpeed timed(const char* name, double operations, double peak, const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    return {name, seconds.count(), operations / seconds.count() / peak};
}

}  // namespace

std::vector<MethodSpeed> measure_gptq(std::int64_t width, const Progress& progress) {
    const Scheme scheme = parse_scheme("int4:g128:sym+gptq");
    const Backend& backend = cpu_backend();
    const std::vector<float> weights = normal_values(width * width, 0.02F);
    GramMatrix gram{width, 2 * width, std::vector<double>(static_cast<std::size_t>(width * width))};
    const std::vector<float> inputs = normal_values(2 * width * width, 1);
    backend.add_gram(2 * width, width, inputs.data(), gram.values.data(), progress);
    const GemmPeak peak = measure_gemm_peak(progress);
    const auto n = static_cast<double>(width);
    GptqFactor factor;
    return {timed("gptq factor", 2.0 / 3 * n * n * n, peak.float64,
                  [&] { factor = factor_for(scheme, gram, backend, progress); }),
            timed("gptq rounding", n * n * n, peak.float32, [&] {
                (void)round_tensor(MemoryRows(weights.data(), width, width), scheme, factor, {},
                                   backend, progress);
            })};
}

}  // namespace ql
