#include <array>
#include <cstring>

#include "core/grids/bit_stream.h"
#include "core/grids/integer_codec.h"
#include "core/grids/packed_codes.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

constexpr std::int64_t kWordBytes = 4;
constexpr std::size_t kWordBits = 32;

std::int64_t words_of(std::int64_t codes, int bits) { return (codes * bits + 31) / 32; }

/// Codes in words, and a scale and perhaps a zero point for each group of columns: what the
/// layouts have in common. Rows and columns are those of the weight, [out, in].
class PackedWords : public PackedCodes {
  public:
    PackedWords(const IntegerGrid& grid, std::int64_t rows, std::int64_t cols)
        : grid_(grid),
          codec_(grid),
          rows_(rows),
          cols_(cols),
          groups_(cols / codec_.group_size(cols)),
          row_bytes_(codec_.row_bytes(cols)),
          code_bytes_(packed_bytes(static_cast<std::size_t>(cols), grid.bits)) {}

    TensorParams params(StoredParts /*parts*/) const override { return {}; }

    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              PackedBytes parts) const override {
        put_codes(encoded_row(tensor, first), first, count, parts);
        IntegerRow row;
        for (std::int64_t i = first; i < first + count; ++i) {
            codec_.unpack(encoded_row(tensor, i), cols_, tensor.params, row);
            for (std::int64_t group = 0; group < groups_; ++group) {
                const auto g = static_cast<std::size_t>(group);
                narrow(grid_.scale, &row.scales[g], 1,
                       parts[scales_part()].data() + scale_at(i, group));
                put_zero(row.zeros[g], i, group, parts);
            }
        }
    }

    void unpack(StoredParts parts, std::int64_t first, std::int64_t count,
                std::byte* out) const override {
        get_codes(parts, first, count, out);
        for (std::int64_t i = 0; i < count; ++i) {
            std::byte* row = out + static_cast<std::size_t>(i) * row_bytes_;
            for (std::int64_t group = 0; group < groups_; ++group) {
                TensorParams fit;
                widen(grid_.scale, parts[scales_part()].data() + scale_at(first + i, group), 1,
                      &fit.scale);
                fit.zero = asymmetric() ? get_zero(first + i, group, parts) : 0;
                codec_.store_group(cols_, static_cast<std::size_t>(group), fit, row);
            }
        }
    }

  protected:
    bool asymmetric() const { return grid_.symmetry == Symmetry::asymmetric; }
    int bits() const { return grid_.bits; }
    const IntegerGrid& grid() const { return grid_; }
    std::int64_t rows() const { return rows_; }
    std::int64_t cols() const { return cols_; }
    std::int64_t groups() const { return groups_; }
    std::size_t row_bytes() const { return row_bytes_; }
    std::size_t code_bytes() const { return code_bytes_; }

  private:
    const std::byte* encoded_row(const QuantizedTensor& tensor, std::int64_t row) const {
        return tensor.bytes.data() + static_cast<std::size_t>(row) * row_bytes_;
    }

    /// The codes of `count` encoded rows, which are those from `first` on.
    virtual void put_codes(const std::byte* encoded, std::int64_t first, std::int64_t count,
                           PackedBytes to) const = 0;
    virtual void get_codes(StoredParts from, std::int64_t first, std::int64_t count,
                           std::byte* out) const = 0;
    virtual void put_zero(int zero, std::int64_t row, std::int64_t group, PackedBytes to) const = 0;
    virtual int get_zero(std::int64_t row, std::int64_t group, StoredParts from) const = 0;
    /// Which of the parts has the scales, and which of them is that of a row's group.
    virtual std::size_t scales_part() const = 0;
    virtual std::int64_t scale_index(std::int64_t row, std::int64_t group) const = 0;

    std::int64_t scale_at(std::int64_t row, std::int64_t group) const {
        return scale_index(row, group) * traits(grid_.scale).block_bytes;
    }

    IntegerGrid grid_;
    IntegerCodec codec_;
    std::int64_t rows_;
    std::int64_t cols_;
    std::int64_t groups_;
    std::size_t row_bytes_;
    std::size_t code_bytes_;
};

/// Everything transposed, [in, out]: a word has codes of neighbouring columns of one row, or zero
/// points of neighbouring rows. Words of a column after one another are the codec's own stream.
class GptqWords final : public PackedWords {
  public:
    GptqWords(bool less_one, const IntegerGrid& grid, std::int64_t rows, std::int64_t cols)
        : PackedWords(grid, rows, cols), less_one_(less_one) {}

    std::vector<PackedPart> parts() const override {
        return {{"qweight", DType::i32, {words_of(cols(), bits()), rows()}},
                {"qzeros", DType::i32, {groups(), words_of(rows(), bits())}},
                {"scales", grid().scale, {groups(), rows()}},
                {"g_idx", DType::i32, {cols()}}};
    }

    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              PackedBytes parts) const override {
        PackedWords::pack(tensor, first, count, parts);
        if (first == 0) {
            for (std::int64_t col = 0; col < cols(); ++col) {
                const auto group = static_cast<std::int32_t>(col / (cols() / groups()));
                std::memcpy(parts[3].data() + col * kWordBytes, &group, sizeof group);
            }
        }
    }

  private:
    void put_codes(const std::byte* encoded, std::int64_t first, std::int64_t count,
                   PackedBytes to) const override {
        for (std::int64_t word = 0; word < words_of(cols(), bits()); ++word) {
            std::byte* words = to[0].data() + (word * rows() + first) * kWordBytes;
            for (std::int64_t i = 0; i < count; ++i) {
                std::memcpy(words + i * kWordBytes,
                            encoded + static_cast<std::size_t>(i) * row_bytes() + word * kWordBytes,
                            kWordBytes);
            }
        }
    }

    void get_codes(StoredParts from, std::int64_t first, std::int64_t count,
                   std::byte* out) const override {
        for (std::int64_t word = 0; word < words_of(cols(), bits()); ++word) {
            const std::byte* words = from[0].data() + (word * rows() + first) * kWordBytes;
            for (std::int64_t i = 0; i < count; ++i) {
                std::memcpy(out + static_cast<std::size_t>(i) * row_bytes() + word * kWordBytes,
                            words + i * kWordBytes, kWordBytes);
            }
        }
    }

    std::int64_t zeros_row(std::int64_t group) const {
        return group * words_of(rows(), bits()) * kWordBytes;
    }

    void put_zero(int zero, std::int64_t row, std::int64_t group, PackedBytes to) const override {
        put_bits(to[1].data() + zeros_row(group), static_cast<std::size_t>(row * bits()), bits(),
                 static_cast<unsigned>(less_one_ ? zero - 1 : zero));
    }

    int get_zero(std::int64_t row, std::int64_t group, StoredParts from) const override {
        const unsigned zero = get_bits(from[1].data() + zeros_row(group),
                                       static_cast<std::size_t>(row * bits()), bits());
        return static_cast<int>((less_one_ ? zero + 1 : zero) & ((1u << bits()) - 1));
    }

    std::size_t scales_part() const override { return 2; }
    std::int64_t scale_index(std::int64_t row, std::int64_t group) const override {
        return group * rows() + row;
    }

    bool less_one_;
};

/// Everything transposed, [in, out]; a word has the codes of eight neighbouring rows in one column,
/// even rows first.
class AwqWords final : public PackedWords {
  public:
    using PackedWords::PackedWords;

    std::vector<PackedPart> parts() const override {
        return {{"qweight", DType::i32, {cols(), rows() / kRows}},
                {"qzeros", DType::i32, {groups(), rows() / kRows}},
                {"scales", grid().scale, {groups(), rows()}}};
    }

  private:
    static constexpr std::int64_t kRows = 8;

    /// The word of a line of codes or zero points in which a row has its nibble, and the nibble.
    std::int64_t word_at(std::int64_t line, std::int64_t row) const {
        return (line * (rows() / kRows) + row / kRows) * kWordBytes;
    }
    static std::size_t bit_of(std::int64_t row) {
        constexpr std::array<std::size_t, kRows> kNibble = {0, 4, 1, 5, 2, 6, 3, 7};
        return 4 * kNibble[static_cast<std::size_t>(row % kRows)];
    }

    std::int64_t line_bytes() const { return rows() / kRows * kWordBytes; }
    /// The byte of a line that has a row's nibble.
    static std::int64_t byte_of(std::int64_t row) {
        return row / kRows * kWordBytes + static_cast<std::int64_t>(bit_of(row) / 8);
    }

    // Lines of one column are a power of two apart as a rule, so that going down one would push
    // itself out of the cache: many rows of a column are done at once.
    void put_codes(const std::byte* encoded, std::int64_t first, std::int64_t count,
                   PackedBytes to) const override {
        const auto width = static_cast<std::size_t>(cols());
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(count) * width);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            unpack_codes(encoded + i * row_bytes(), width, bits(), codes.data() + i * width);
        }
        for (std::size_t col = 0; col < width; ++col) {
            std::byte* line = to[0].data() + static_cast<std::int64_t>(col) * line_bytes();
            for (std::int64_t i = 0; i < count; ++i) {
                line[byte_of(first + i)] |=
                    static_cast<std::byte>(codes[static_cast<std::size_t>(i) * width + col])
                    << bit_of(first + i) % 8;
            }
        }
    }

    void get_codes(StoredParts from, std::int64_t first, std::int64_t count,
                   std::byte* out) const override {
        const auto width = static_cast<std::size_t>(cols());
        std::vector<std::uint8_t> codes(static_cast<std::size_t>(count) * width);
        for (std::size_t col = 0; col < width; ++col) {
            const std::byte* line = from[0].data() + static_cast<std::int64_t>(col) * line_bytes();
            for (std::int64_t i = 0; i < count; ++i) {
                codes[static_cast<std::size_t>(i) * width + col] = std::to_integer<std::uint8_t>(
                    line[byte_of(first + i)] >> bit_of(first + i) % 8 & std::byte{15});
            }
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            pack_codes(codes.data() + i * width, width, bits(), out + i * row_bytes());
        }
    }

    void put_zero(int zero, std::int64_t row, std::int64_t group, PackedBytes to) const override {
        put_bits(to[1].data() + word_at(group, row), bit_of(row), bits(),
                 static_cast<unsigned>(zero));
    }

    int get_zero(std::int64_t row, std::int64_t group, StoredParts from) const override {
        return static_cast<int>(
            get_bits(from[1].data() + word_at(group, row), bit_of(row), bits()));
    }

    std::size_t scales_part() const override { return 2; }
    std::int64_t scale_index(std::int64_t row, std::int64_t group) const override {
        return group * rows() + row;
    }
};

/// Rows of words as the codec has them, [out, in]; the zero points of a group are packed along the
/// rows.
class CompressedWords final : public PackedWords {
  public:
    using PackedWords::PackedWords;

    std::vector<PackedPart> parts() const override {
        std::vector<PackedPart> parts = {
            {"weight_packed", DType::i32, {rows(), words_of(cols(), bits())}},
            {"weight_scale", grid().scale, {rows(), groups()}},
            {"weight_shape", DType::i64, {2}}};
        if (asymmetric()) {
            parts.push_back(
                {"weight_zero_point", DType::i32, {words_of(rows(), bits()), groups()}});
        }
        return parts;
    }

    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              PackedBytes parts) const override {
        PackedWords::pack(tensor, first, count, parts);
        if (first == 0) {
            const std::array<std::int64_t, 2> shape = {rows(), cols()};
            std::memcpy(parts[2].data(), shape.data(), sizeof shape);
        }
    }

  private:
    std::int64_t words_row(std::int64_t row) const {
        return row * words_of(cols(), bits()) * kWordBytes;
    }

    void put_codes(const std::byte* encoded, std::int64_t first, std::int64_t count,
                   PackedBytes to) const override {
        for (std::int64_t i = 0; i < count; ++i) {
            std::memcpy(to[0].data() + words_row(first + i),
                        encoded + static_cast<std::size_t>(i) * row_bytes(), code_bytes());
        }
    }

    void get_codes(StoredParts from, std::int64_t first, std::int64_t count,
                   std::byte* out) const override {
        for (std::int64_t i = 0; i < count; ++i) {
            std::memcpy(out + static_cast<std::size_t>(i) * row_bytes(),
                        from[0].data() + words_row(first + i), code_bytes());
        }
    }

    std::int64_t zero_word(std::int64_t row, std::int64_t group) const {
        const std::int64_t word = row * bits() / static_cast<std::int64_t>(kWordBits);
        return (word * groups() + group) * kWordBytes;
    }
    std::size_t zero_bit(std::int64_t row) const {
        return static_cast<std::size_t>(row * bits()) % kWordBits;
    }

    void put_zero(int zero, std::int64_t row, std::int64_t group, PackedBytes to) const override {
        if (asymmetric()) {
            put_bits(to[3].data() + zero_word(row, group), zero_bit(row), bits(),
                     static_cast<unsigned>(zero));
        }
    }

    int get_zero(std::int64_t row, std::int64_t group, StoredParts from) const override {
        return static_cast<int>(
            get_bits(from[3].data() + zero_word(row, group), zero_bit(row), bits()));
    }

    std::size_t scales_part() const override { return 1; }
    std::int64_t scale_index(std::int64_t row, std::int64_t group) const override {
        return row * groups() + group;
    }
};

}  // namespace

std::unique_ptr<PackedCodes> make_packed_words(PackedLayout layout, const IntegerGrid& grid,
                                               std::int64_t rows, std::int64_t cols) {
    switch (layout) {
        case PackedLayout::awq:
            return std::make_unique<AwqWords>(grid, rows, cols);
        case PackedLayout::pack_quantized:
            return std::make_unique<CompressedWords>(grid, rows, cols);
        default:
            return std::make_unique<GptqWords>(layout == PackedLayout::gptq, grid, rows, cols);
    }
}

}  // namespace ql
