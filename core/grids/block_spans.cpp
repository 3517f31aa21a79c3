#include "core/grids/block_spans.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/grids/block_anatomy.h"
#include "core/grids/block_format.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

class BlockSpans final : public SpanCodec {
  public:
    BlockSpans(const BlockFormat& format, const BlockAnatomy& anatomy, std::int64_t cols)
        : format_(format), anatomy_(anatomy), blocks_(cols / anatomy.values) {
        shape_.span = anatomy.values;
        shape_.part = anatomy.sub_values;
        // ggml never stores the lowest code of Q8_0, and not every kernel is known to take it.
        shape_.lowest_code = anatomy.code_min < 0 ? 1 : 0;
        shape_.largest_code = anatomy.code_max - anatomy.code_min;
        shape_.table = anatomy.table;
    }

    const SpanShape& shape() const override { return shape_; }

    void fit(const float* values, std::int64_t rows, std::int64_t index,
             const EncodeOptions& options, std::byte* row_bytes,
             PartParameters* parameters) const override {
        const auto count = static_cast<std::size_t>(rows);
        std::vector<std::byte> blocks(count * block_bytes());
        const BlockRun run{values, count, 1, options.importance, blocks.data()};
        (options.search ? format_.search : format_.encode)(run);
        for (std::size_t row = 0; row < count; ++row) {
            const std::byte* block = blocks.data() + row * block_bytes();
            std::copy_n(block, block_bytes(),
                        row_bytes + (row * static_cast<std::size_t>(blocks_) +
                                     static_cast<std::size_t>(index)) *
                                        block_bytes());
            read_parameters(block, parameters);
            parameters += shape_.parts_of_span();
        }
    }

    float rescale(std::byte* row, std::int64_t index, float factor,
                  PartParameters* parameters) const override {
        const int number = anatomy_.of_value.front().scale;
        if (number < 0 ||
            anatomy_.fields[static_cast<std::size_t>(number)].coding != FieldCoding::half) {
            return 1;
        }
        const BlockField& field = anatomy_.fields[static_cast<std::size_t>(number)];
        std::byte* block = row + static_cast<std::size_t>(index) * block_bytes();
        const float before = field_meaning(field, field_bits(field, block));
        const std::uint16_t bits = float_to_half(before * factor);
        const float after = half_to_float(bits);
        if (!(after * before > 0) || !std::isfinite(after)) {
            return 1;
        }
        write_field(field, block, bits);
        read_parameters(block, parameters);
        return after / before;
    }

    void store_codes(const std::uint8_t* codes, std::byte* row) const override {
        for (std::int64_t block = 0; block < blocks_; ++block) {
            for (int j = 0; j < anatomy_.values; ++j) {
                write_code(anatomy_, row, j, static_cast<unsigned>(*codes++ + anatomy_.code_min));
            }
            row += block_bytes();
        }
    }

  private:
    void read_parameters(const std::byte* block, PartParameters* parameters) const {
        for (std::int64_t part = 0; part < shape_.parts_of_span(); ++part) {
            const BlockValue value =
                read_value(anatomy_, block, static_cast<int>(part * shape_.part));
            *parameters++ = {value.scale, static_cast<float>(anatomy_.zero - anatomy_.code_min),
                             value.offset};
        }
    }

    std::size_t block_bytes() const { return static_cast<std::size_t>(anatomy_.bytes); }

    const BlockFormat& format_;
    const BlockAnatomy& anatomy_;
    std::int64_t blocks_;
    SpanShape shape_;
};

}  // namespace

std::unique_ptr<const SpanCodec> make_block_spans(DType dtype, std::int64_t cols) {
    const BlockFormat* format = block_format(dtype);
    const BlockAnatomy* anatomy = block_anatomy(dtype);
    if (format == nullptr || anatomy == nullptr || anatomy->code_bits == 0) {
        return nullptr;
    }
    return std::make_unique<BlockSpans>(*format, *anatomy, cols);
}

}  // namespace ql
