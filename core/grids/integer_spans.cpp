#include "core/grids/integer_spans.h"

#include <cmath>

#include "core/grids/integer_kernels.h"

namespace ql {

namespace {

class IntegerSpans final : public SpanCodec {
  public:
    IntegerSpans(const IntegerCodec& codec, std::int64_t cols) : codec_(codec), cols_(cols) {
        shape_.span = codec.group_size(cols);
        shape_.part = shape_.span;
        shape_.lowest_code = codec.lowest_code();
        shape_.largest_code = codec.largest_code();
    }

    const SpanShape& shape() const override { return shape_; }

    void fit(const float* values, std::int64_t rows, std::int64_t index,
             const EncodeOptions& options, std::byte* row_bytes,
             PartParameters* parameters) const override {
        const std::size_t bytes = codec_.row_bytes(cols_);
        for (std::int64_t row = 0; row < rows; ++row) {
            const TensorParams fit =
                codec_.per_tensor()
                    ? TensorParams{options.params.scale, options.params.zero + codec_.code_shift()}
                    : codec_.fit_group(range_with_zero(values + row * shape_.span,
                                                       static_cast<std::size_t>(shape_.span)));
            codec_.store_group(cols_, static_cast<std::size_t>(index), fit,
                               row_bytes + static_cast<std::size_t>(row) * bytes);
            *parameters++ = {fit.scale, static_cast<float>(fit.zero), 0};
        }
    }

    float rescale(std::byte* row, std::int64_t index, float factor,
                  PartParameters* parameters) const override {
        const float before = parameters->scale;
        const float after = codec_.stored_scale(before * factor);
        if (codec_.per_tensor() || !(after > 0) || !std::isfinite(after)) {
            return 1;
        }
        parameters->scale = after;
        codec_.store_group(cols_, static_cast<std::size_t>(index),
                           {after, static_cast<std::int32_t>(parameters->zero)}, row);
        return after / before;
    }

    void store_codes(const std::uint8_t* codes, std::byte* row) const override {
        codec_.store_codes(codes, cols_, row);
    }

  private:
    IntegerCodec codec_;
    std::int64_t cols_;
    SpanShape shape_;
};

}  // namespace

std::unique_ptr<const SpanCodec> make_integer_spans(const IntegerCodec& codec, std::int64_t cols) {
    return std::make_unique<IntegerSpans>(codec, cols);
}

}  // namespace ql
