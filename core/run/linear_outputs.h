// What linears make of some rows of inputs. Only for core/run.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/progress.h"

namespace ql {

/// x · Wᵀ: [tokens × rows] of inputs [tokens × cols] and some rows of a weight matrix [rows ×
/// cols].
std::vector<float> outputs_of(const std::vector<float>& inputs, const std::vector<float>& weights,
                              std::int64_t cols, const Progress& progress);

/// The sum of (a - b)²; of a² without b.
double squares(const std::vector<float>& a, const std::vector<float>* b = nullptr);

}  // namespace ql
