// Vector kernels of the forward pass, for the instruction set of this machine (Google Highway).
#pragma once

#include <cstddef>

#include "core/backend/operations.h"

namespace ql::cpu {

/// Scores become e^(score - largest score), after softcap * tanh(score / softcap) if that is above
/// 0. Returns their sum. Precondition: at least one score.
double exponentiate(float* scores, std::size_t count, float softcap);

/// out[i] = activation(in[i]), times gates[i] unless that is null.
void activate_row(Activation activation, const float* in, const float* gates, std::size_t count,
                  float* out);

}  // namespace ql::cpu
