#include "core/grids/fp8_spans.h"

#include <cmath>
#include <numeric>

#include "core/grids/fp8_kernels.h"

namespace ql {

namespace {

class Fp8Spans final : public SpanCodec {
  public:
    Fp8Spans(const Fp8Codec& codec, std::int64_t cols)
        : codec_(codec), range_(fp8_range(codec.dtype())), cols_(cols) {
        shape_.span = cols;
        // Parts are equal; a last block may be smaller than the others.
        shape_.part = codec.per_block() ? std::gcd(kBlockSide, cols) : cols;
        shape_.largest_code = 2 * range_.largest_code;
        shape_.table = range_.levels;
    }

    const SpanShape& shape() const override { return shape_; }

    void fit(const float* values, std::int64_t rows, std::int64_t /*index*/,
             const EncodeOptions& options, std::byte* row_bytes,
             PartParameters* parameters) const override {
        for (std::int64_t row = 0; row < rows; ++row) {
            std::byte* bytes = row_bytes + static_cast<std::size_t>(row) * codec_.row_bytes(cols_);
            codec_.fit_row(values + row * cols_, row, cols_, options, bytes);
            for (std::int64_t col = 0; col < cols_; col += shape_.part) {
                const std::int64_t part = col / codec_.shared_cols(cols_);
                *parameters++ = {codec_.scale_of(bytes, cols_, part, options.params), 0, 0};
            }
        }
    }

    float rescale(std::byte* row, std::int64_t /*index*/, float factor,
                  PartParameters* parameters) const override {
        const float before = parameters->scale;
        const float after = before * factor;
        if (codec_.per_tensor() || codec_.per_block() || !(after > 0) || !std::isfinite(after)) {
            return 1;
        }
        parameters->scale = after;
        codec_.store_scale(after, cols_, 0, row);
        return after / before;
    }

    void store_codes(const std::uint8_t* codes, std::byte* row) const override {
        for (std::int64_t col = 0; col < cols_; ++col) {
            const int code = codes[col] - range_.largest_code;
            row[col] = static_cast<std::byte>(code < 0 ? 0x80 - code : code);
        }
    }

  private:
    Fp8Codec codec_;
    Fp8Range range_;
    std::int64_t cols_;
    SpanShape shape_;
};

}  // namespace

std::unique_ptr<const SpanCodec> make_fp8_spans(const Fp8Codec& codec, std::int64_t cols) {
    return std::make_unique<Fp8Spans>(codec, cols);
}

}  // namespace ql
