#include "core/backend/backend.h"

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
};

}  // namespace

const Backend& cpu_backend() {
    static const CpuBackend backend;
    return backend;
}

}  // namespace ql
