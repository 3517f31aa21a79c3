#include "core/run/linear_outputs.h"

#include "core/backend/backend.h"

namespace ql {

std::vector<float> outputs_of(const std::vector<float>& inputs, const std::vector<float>& weights,
                              std::int64_t cols, const Progress& progress) {
    const std::int64_t tokens = static_cast<std::int64_t>(inputs.size()) / cols;
    if (tokens == 0) {
        return {};
    }
    const std::int64_t rows = static_cast<std::int64_t>(weights.size()) / cols;
    std::vector<float> outputs(static_cast<std::size_t>(tokens * rows));
    cpu_backend().linear(Sequences({tokens}), {weights.data(), nullptr, rows, cols}, inputs.data(),
                         outputs.data(), rows, progress);
    return outputs;
}

double squares(const std::vector<float>& a, const std::vector<float>* b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double value =
            static_cast<double>(a[i]) - (b == nullptr ? 0 : static_cast<double>((*b)[i]));
        sum += value * value;
    }
    return sum;
}

}  // namespace ql
