// The processor's side of the backend. Only for core/backend: see Backend for what each does.
#pragma once

#include "core/backend/operations.h"
#include "core/base/progress.h"

namespace ql::cpu {

void linear(const Sequences& sequences, const LinearOp& op, const float* x, float* y,
            std::int64_t y_stride, const Progress& progress);
void add_gram(std::int64_t tokens, std::int64_t channels, const float* x, double* gram,
              const Progress& progress);
void add_cross_gram(std::int64_t tokens, std::int64_t channels, const float* a, const float* b,
                    double* sum, const Progress& progress);
void norm(std::int64_t tokens, std::int64_t width, const NormOp& op, const float* x, float* y,
          const Progress& progress);
void heads(const Sequences& sequences, std::span<const HeadsOp> ops,
           std::span<const RotationTable* const> rotations, float* x, std::int64_t stride,
           const Progress& progress);
void attention(const Sequences& sequences, const AttentionOp& op, const float* qkv, float* out,
               const Progress& progress);
void activate(std::int64_t tokens, std::int64_t width, Activation activation, bool gated,
              const float* x, float* out, const Progress& progress);
bool inverse_factor(std::int64_t n, const double* h, double damping, float* upper,
                    const Progress& progress);
void product_above_diagonal(std::int64_t n, const float* d, const float* u, float* out,
                            const Progress& progress);
void subtract_product(const ProductOp& op, float* w);

}  // namespace ql::cpu
