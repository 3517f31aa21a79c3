#include "core/backend/backend.h"
#include "core/backend/cpu_operations.h"

namespace ql {

namespace {

class CpuBackend final : public Backend {
  public:
    std::string_view name() const override { return "cpu"; }

    void encode(const Grid& grid, const float* weights, std::int64_t rows, std::int64_t cols,
                const EncodeOptions& options, std::byte* out) const override {
        grid.encode(weights, rows, cols, options, out);
    }

    void decode(const Grid& grid, const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                const TensorParams& params, float* out) const override {
        grid.decode(bytes, rows, cols, params, out);
    }

    void linear(const Sequences& sequences, const LinearOp& op, const float* x, float* y,
                std::int64_t y_stride, const Progress& progress) const override {
        cpu::linear(sequences, op, x, y, y_stride, progress);
    }

    void add_gram(std::int64_t tokens, std::int64_t channels, const float* x, double* gram,
                  const Progress& progress) const override {
        cpu::add_gram(tokens, channels, x, gram, progress);
    }

    void add_cross_gram(std::int64_t tokens, std::int64_t channels, const float* a, const float* b,
                        double* sum, const Progress& progress) const override {
        cpu::add_cross_gram(tokens, channels, a, b, sum, progress);
    }

    void norm(std::int64_t tokens, std::int64_t width, const NormOp& op, const float* x, float* y,
              const Progress& progress) const override {
        cpu::norm(tokens, width, op, x, y, progress);
    }

    void heads(const Sequences& sequences, std::span<const HeadsOp> ops,
               std::span<const RotationTable* const> rotations, float* x, std::int64_t stride,
               const Progress& progress) const override {
        cpu::heads(sequences, ops, rotations, x, stride, progress);
    }

    void attention(const Sequences& sequences, const AttentionOp& op, const float* qkv, float* out,
                   const Progress& progress) const override {
        cpu::attention(sequences, op, qkv, out, progress);
    }

    void activate(std::int64_t tokens, std::int64_t width, Activation activation, bool gated,
                  const float* x, float* out, const Progress& progress) const override {
        cpu::activate(tokens, width, activation, gated, x, out, progress);
    }

    bool inverse_factor(std::int64_t n, const double* h, double damping, float* upper,
                        const Progress& progress) const override {
        return cpu::inverse_factor(n, h, damping, upper, progress);
    }

    void product_above_diagonal(std::int64_t n, const float* d, const float* u, float* out,
                                const Progress& progress) const override {
        cpu::product_above_diagonal(n, d, u, out, progress);
    }

    void subtract_product(const ProductOp& op, float* w) const override {
        cpu::subtract_product(op, w);
    }
};

}  // namespace

const Backend& cpu_backend() {
    static const CpuBackend backend;
    return backend;
}

}  // namespace ql
