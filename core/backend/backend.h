// core/backend: where heavy work is done. Coarse operations only, so that a backend on another
// device can take them whole; grids stay the definition of what quantization must give.
#pragma once

#include <string_view>

#include "core/backend/operations.h"
#include "core/base/progress.h"
#include "core/grids/grid.h"

namespace ql {

/// A device that quantizes and runs models. Encoded and decoded values equal those of the grid's
/// own encode and decode. Results of the other operations are the same bits at any number of
/// threads; between backends they agree to float32 rounding.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual std::string_view name() const = 0;

    /// Grid::encode of a piece of a matrix. The calling thread does the work; callers spread rows.
    virtual void encode(const Grid& grid, const float* weights, std::int64_t rows,
                        std::int64_t cols, const EncodeOptions& options, std::byte* out) const = 0;
    /// Grid::decode of a piece of a matrix, likewise.
    virtual void decode(const Grid& grid, const std::byte* bytes, std::int64_t rows,
                        std::int64_t cols, const TensorParams& params, float* out) const = 0;

    // The operations of the forward pass spread their work over the thread limit and throw
    // Error(cancelled). Rows are tokens.

    /// x: [tokens × op.cols]; y: [tokens × op.rows], one row every `y_stride` values.
    virtual void linear(const Sequences& sequences, const LinearOp& op, const float* x, float* y,
                        std::int64_t y_stride, const Progress& progress) const = 0;
    /// Adds xᵀ · x to gram: x: [tokens × channels], gram: [channels × channels], both triangles.
    virtual void add_gram(std::int64_t tokens, std::int64_t channels, const float* x, double* gram,
                          const Progress& progress) const = 0;
    /// Adds aᵀ · b to `sum`: a, b: [tokens × channels], sum: [channels × channels].
    virtual void add_cross_gram(std::int64_t tokens, std::int64_t channels, const float* a,
                                const float* b, double* sum, const Progress& progress) const = 0;
    /// x, y: [tokens × width]; they may be the same.
    virtual void norm(std::int64_t tokens, std::int64_t width, const NormOp& op, const float* x,
                      float* y, const Progress& progress) const = 0;
    /// In place on rows that lie `stride` values apart. `rotations`: how each sequence turns.
    virtual void heads(const Sequences& sequences, std::span<const HeadsOp> ops,
                       std::span<const RotationTable* const> rotations, float* x,
                       std::int64_t stride, const Progress& progress) const = 0;
    /// qkv: [tokens × op.qkv_width()]; out: [tokens × op.q_width()].
    virtual void attention(const Sequences& sequences, const AttentionOp& op, const float* qkv,
                           float* out, const Progress& progress) const = 0;
    /// x: [tokens × 2 width], gates before ups, if `gated`: out = f(gate) · up. Else x and out are
    /// [tokens × width], out = f(x), and they may be the same.
    virtual void activate(std::int64_t tokens, std::int64_t width, Activation activation,
                          bool gated, const float* x, float* out,
                          const Progress& progress) const = 0;

    // What rounding with compensation (GPTQ) needs.

    /// The upper triangular U with UᵀU = inverse of h + damping * I, for a symmetric h of order n:
    /// both [n × n], row after row; below its diagonal U is 0. Returns false if the sum is not
    /// positive definite in float64, and leaves `upper` undefined then. Spreads its work over the
    /// thread limit; throws Error(cancelled).
    virtual bool inverse_factor(std::int64_t n, const double* h, double damping, float* upper,
                                const Progress& progress) const = 0;
    /// out = T · u for an upper triangular u and the part T of d · uᵀ that stands above its
    /// diagonal: all [n × n], row after row; out is 0 on its diagonal and below. Spreads its work
    /// over the thread limit; throws Error(cancelled).
    virtual void product_above_diagonal(std::int64_t n, const float* d, const float* u, float* out,
                                        const Progress& progress) const = 0;
    /// w -= aᵀ · b. The calling thread does the work; callers spread it.
    virtual void subtract_product(const ProductOp& op, float* w) const = 0;
};

/// The reference: this machine's processor.
const Backend& cpu_backend();

}  // namespace ql
