#include "core/grids/block_fields.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/grids/block_layout.h"

namespace ql {

namespace {

constexpr int kNowhere = -1;

constexpr float kSignLevels[] = {-1, 1};

// Numbers of `width` bits (1, 2, 4 or 8) in bytes: `stride` numbers fill the lowest bits of as many
// bytes, the next `stride` the bits above, until these bytes are full; then come the next bytes.
struct Packing {
    int at = kNowhere;  // the first byte
    int width = 0;
    int stride = 1;

    BitRun run(int number, int shift = 0) const {
        const int group = number / (stride * (8 / width));
        const int within = number % (stride * (8 / width));
        const int byte = at + group * stride + within % stride;
        return {static_cast<std::uint16_t>(8 * byte + width * (within / stride)),
                static_cast<std::uint8_t>(width), static_cast<std::uint8_t>(shift)};
    }
};

struct SubBlocks {
    int values = 0;  // of one; 0: there are none
    FieldCoding coding = FieldCoding::integer;
    int zero = 0;
    Packing low;
    Packing high;  // bits above those of `low`
};

// What tells the layouts of the types apart. Numbers at the end are byte offsets in a block.
struct Form {
    DType dtype;
    Packing code;
    Packing code_high = {};
    int zero = 0;
    const float* table = nullptr;
    int scale = kNowhere;
    int minimum = kNowhere;
    SubBlocks sub = {};
    FieldCoding scale_coding = FieldCoding::half;
};

constexpr SubBlocks kQ3Scales{16, FieldCoding::integer, 32, {96, 4, 8}, {104, 2, 4}};
constexpr SubBlocks kQ6Scales{16, FieldCoding::signed_byte, 0, {192, 8}, {}};
constexpr SubBlocks kIq4Scales{32, FieldCoding::integer, 32, {4, 4}, {2, 2}};
constexpr SubBlocks kFp4Scales{16, FieldCoding::e4m3, 0, {0, 8}, {}};

// The scales and minima of Q2_K, Q4_K and Q5_K do not fit the pattern: see add_scales_*.
constexpr SubBlocks kOf16{16, {}, 0, {}, {}};
constexpr SubBlocks kOf32{32, {}, 0, {}, {}};

constexpr Form kForms[] = {
    {.dtype = DType::q4_0, .code = {2, 4, 16}, .zero = 8, .scale = 0},
    {.dtype = DType::q4_1, .code = {4, 4, 16}, .scale = 0, .minimum = 2},
    {.dtype = DType::q5_0, .code = {6, 4, 16}, .code_high = {2, 1}, .zero = 16, .scale = 0},
    {.dtype = DType::q5_1, .code = {8, 4, 16}, .code_high = {4, 1}, .scale = 0, .minimum = 2},
    {.dtype = DType::q8_0, .code = {2, 8}, .scale = 0},
    {.dtype = DType::q2_k, .code = {16, 2, 32}, .scale = 80, .minimum = 82, .sub = kOf16},
    {.dtype = DType::q3_k,
     .code = {32, 2, 32},
     .code_high = {0, 1, 32},
     .zero = 4,
     .scale = 108,
     .sub = kQ3Scales},
    {.dtype = DType::q4_k, .code = {16, 4, 32}, .scale = 0, .minimum = 2, .sub = kOf32},
    {.dtype = DType::q5_k,
     .code = {48, 4, 32},
     .code_high = {16, 1, 32},
     .scale = 0,
     .minimum = 2,
     .sub = kOf32},
    {.dtype = DType::q6_k,
     .code = {0, 4, 64},
     .code_high = {128, 2, 32},
     .zero = 32,
     .scale = 208,
     .sub = kQ6Scales},
    {.dtype = DType::iq4_nl, .code = {2, 4, 16}, .table = kIq4Values.data(), .scale = 0},
    {.dtype = DType::iq4_xs,
     .code = {8, 4, 16},
     .table = kIq4Values.data(),
     .scale = 0,
     .sub = kIq4Scales},
    {.dtype = DType::mxfp4,
     .code = {1, 4, 16},
     .table = kFp4Values.data(),
     .scale = 0,
     .scale_coding = FieldCoding::e8m0},
    {.dtype = DType::nvfp4, .code = {4, 4, 8}, .table = kFp4Values.data(), .sub = kFp4Scales},
    {.dtype = DType::tq1_0, .code = {}, .zero = 1, .scale = 52},
    {.dtype = DType::tq2_0, .code = {0, 2, 32}, .zero = 1, .scale = 64},
    {.dtype = DType::q1_0, .code = {2, 1}, .table = kSignLevels, .scale = 0},
    {.dtype = DType::q2_0, .code = {2, 2}, .zero = 1, .scale = 0},
};

// Bytes of TQ1_0 that hold digits of values a common stride apart, the first of them `first_value`.
struct DigitBytes {
    int first_byte;
    int bytes;
    int first_value;
    int digits;
};
constexpr DigitBytes kDigitBytes[] = {{0, 32, 0, 5}, {32, 16, 160, 5}, {48, 4, 240, 4}};

BitRun bits_at(int byte, int bit, int count, int shift = 0) {
    return {static_cast<std::uint16_t>(8 * byte + bit), static_cast<std::uint8_t>(count),
            static_cast<std::uint8_t>(shift)};
}

class Builder {
  public:
    explicit Builder(const Form& form) : form_(form) {
        anatomy_.dtype = form.dtype;
        anatomy_.values = static_cast<int>(traits(form.dtype).block_values);
        anatomy_.bytes = static_cast<int>(traits(form.dtype).block_bytes);
        anatomy_.sub_values = form.sub.values > 0 ? form.sub.values : anatomy_.values;
        anatomy_.zero = form.zero;
        anatomy_.table = form.table;
    }

    BlockAnatomy build() {
        const int scale_bits = form_.scale_coding == FieldCoding::half ? 16 : 8;
        add_number(FieldKind::scale, form_.scale_coding, form_.scale, scale_bits);
        add_number(FieldKind::minimum, FieldCoding::half, form_.minimum, 16);
        add_sub_blocks();
        form_.dtype == DType::tq1_0 ? add_digits() : add_codes();
        std::sort(anatomy_.fields.begin(), anatomy_.fields.end(),
                  [](const BlockField& a, const BlockField& b) {
                      return a.bits.front().first < b.bits.front().first;
                  });
        index();
        return std::move(anatomy_);
    }

  private:
    void add(FieldKind kind, FieldCoding coding, int number, ValueSet values,
             std::vector<BitRun> bits, int zero = 0) {
        anatomy_.fields.push_back({kind, coding, zero, number, values, std::move(bits)});
    }

    void add_number(FieldKind kind, FieldCoding coding, int byte, int bits) {
        if (byte != kNowhere) {
            add(kind, coding, 0, {0, anatomy_.values}, {bits_at(byte, 0, bits)});
        }
    }

    void add_sub_blocks() {
        for (int k = 0; k * anatomy_.sub_values < anatomy_.values && form_.sub.values > 0; ++k) {
            const ValueSet values{k * anatomy_.sub_values, anatomy_.sub_values};
            switch (form_.dtype) {
                case DType::q2_k:
                    add(FieldKind::sub_scale, FieldCoding::integer, k, values, {bits_at(k, 0, 4)});
                    add(FieldKind::sub_minimum, FieldCoding::integer, k, values,
                        {bits_at(k, 4, 4)});
                    break;
                case DType::q4_k:
                case DType::q5_k:
                    add_scales_of_6_bits(k, values);
                    break;
                default: {
                    std::vector<BitRun> bits{form_.sub.low.run(k)};
                    if (form_.sub.high.at != kNowhere) {
                        bits.push_back(form_.sub.high.run(k, form_.sub.low.width));
                    }
                    add(FieldKind::sub_scale, form_.sub.coding, k, values, std::move(bits),
                        form_.sub.zero);
                }
            }
        }
    }

    // Q4_K and Q5_K: twelve bytes hold eight scales and eight minima of 6 bits. The first four of
    // each fill the low bits of a byte; of the others, the low 4 bits share the last four bytes and
    // the high 2 bits stand above the first ones.
    void add_scales_of_6_bits(int k, ValueSet values) {
        constexpr int kScales = 4;
        const auto part = [&](int low_byte, int low_bit, int high_byte) {
            return k < 4 ? std::vector<BitRun>{bits_at(kScales + high_byte, 0, 6)}
                         : std::vector<BitRun>{bits_at(kScales + low_byte, low_bit, 4),
                                               bits_at(kScales + high_byte - 4, 6, 2, 4)};
        };
        add(FieldKind::sub_scale, FieldCoding::integer, k, values, part(k + 4, 0, k));
        add(FieldKind::sub_minimum, FieldCoding::integer, k, values, part(k + 4, 4, k + 4));
    }

    void add_codes() {
        const int low = form_.code.width;
        const bool high = form_.code_high.at != kNowhere;
        const FieldCoding coding = low == 8 ? FieldCoding::signed_byte : FieldCoding::integer;
        for (int j = 0; j < anatomy_.values; ++j) {
            add(FieldKind::code, coding, j, {j, 1}, {form_.code.run(j)});
            if (high) {
                add(FieldKind::code_high, coding, j, {j, 1}, {form_.code_high.run(j)});
            }
        }
        anatomy_.code_bits = low + (high ? form_.code_high.width : 0);
        const int codes = 1 << anatomy_.code_bits;
        anatomy_.code_min = coding == FieldCoding::signed_byte ? -codes / 2 : 0;
        anatomy_.code_max = anatomy_.code_min + codes - 1;
    }

    void add_digits() {
        int number = 0;
        for (const DigitBytes& part : kDigitBytes) {
            for (int b = 0; b < part.bytes; ++b) {
                add(FieldKind::digits, FieldCoding::ternary, number++,
                    {part.first_value + b, part.digits, part.bytes},
                    {bits_at(part.first_byte + b, 0, 8)});
            }
        }
        anatomy_.code_max = 2;
    }

    void index() {
        anatomy_.of_value.resize(static_cast<std::size_t>(anatomy_.values));
        anatomy_.of_bit.resize(8 * static_cast<std::size_t>(anatomy_.bytes));
        for (int i = 0; i < static_cast<int>(anatomy_.fields.size()); ++i) {
            const BlockField& field = anatomy_.fields[static_cast<std::size_t>(i)];
            for (const BitRun& run : field.bits) {
                std::fill_n(anatomy_.of_bit.begin() + run.first, run.count,
                            static_cast<std::uint16_t>(i));
            }
            for (int v = 0; v < field.values.count; ++v) {
                ValueFields& value = anatomy_.of_value[static_cast<std::size_t>(field.values[v])];
                place(field.kind, value) = i;
                if (field.kind == FieldKind::digits) {
                    value.digit = v;
                }
            }
        }
    }

    static int& place(FieldKind kind, ValueFields& value) {
        switch (kind) {
            case FieldKind::scale:
                return value.scale;
            case FieldKind::minimum:
                return value.minimum;
            case FieldKind::sub_scale:
                return value.sub_scale;
            case FieldKind::sub_minimum:
                return value.sub_minimum;
            case FieldKind::code_high:
                return value.code_high;
            default:
                return value.code;
        }
    }

    const Form& form_;
    BlockAnatomy anatomy_;
};

}  // namespace

int BlockField::bit_count() const {
    int count = 0;
    for (const BitRun& run : bits) {
        count += run.count;
    }
    return count;
}

const BlockAnatomy* block_anatomy(DType dtype) {
    static const std::map<DType, BlockAnatomy> all = [] {
        std::map<DType, BlockAnatomy> built;
        for (const Form& form : kForms) {
            built.emplace(form.dtype, Builder(form).build());
        }
        return built;
    }();
    const auto found = all.find(dtype);
    return found == all.end() ? nullptr : &found->second;
}

}  // namespace ql
