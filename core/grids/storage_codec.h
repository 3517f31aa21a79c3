#pragma once

#include "core/grids/grid.h"

namespace ql {

/// Storage types as they are: F32 F16 BF16, and the ggml blocks Q4_0 Q4_1 Q5_0 Q5_1 Q8_0, whose
/// bytes are those that ggml writes without importance weights.
class StorageCodec final : public Grid {
  public:
    /// Precondition: `grid.dtype` is one of encodable_dtypes().
    explicit StorageCodec(const StorageGrid& grid) : spec_(grid), dtype_(grid.dtype) {}

    const GridSpec& spec() const override { return spec_; }
    std::optional<Sentence> refuses(std::int64_t cols) const override;
    std::optional<Sentence> refuses_fit(const Fit& fit) const override;
    std::size_t row_bytes(std::int64_t cols) const override;
    void encode(const float* weights, std::int64_t rows, std::int64_t cols,
                const EncodeOptions& options, std::byte* out) const override;
    void decode(const std::byte* bytes, std::int64_t rows, std::int64_t cols,
                const TensorParams& params, float* out) const override;
    std::unique_ptr<const SpanCodec> span_codec(std::int64_t cols) const override;
    CellInfo inspect(const std::byte* row, std::int64_t cols, std::int64_t col,
                     const TensorParams& params) const override;

  private:
    GridSpec spec_;
    DType dtype_;
};

}  // namespace ql
