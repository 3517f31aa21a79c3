#include "core/grids/block_anatomy.h"

#include "core/grids/bit_stream.h"
#include "core/grids/block_layout.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

// Digit `place` of a byte of TQ1_0, which stores five digits as a fraction of 3^5 in 256ths.
unsigned ternary_digit(unsigned byte, int place) {
    for (int i = 0; i < place; ++i) {
        byte = byte * 3 & 255u;
    }
    return byte * 3 >> 8;
}

class ValueReader {
  public:
    ValueReader(const BlockAnatomy& anatomy, const std::byte* block)
        : anatomy_(anatomy), block_(block) {}

    BlockValue read(int j) const {
        const ValueFields& fields = anatomy_.of_value[static_cast<std::size_t>(j)];
        BlockValue value;
        value.raw = code_bits(fields);
        value.code = static_cast<int>(value.raw);
        if (value.code > anatomy_.code_max) {  // two's complement
            value.code -= 1 << anatomy_.code_bits;
        }
        value.level = anatomy_.level(value.code);
        value.scale = product(fields.scale, fields.sub_scale);
        value.decoded = value.scale * value.level;
        // Adding an offset of 0 would turn a product of -0 into +0.
        if (fields.minimum >= 0) {
            const float minimum = product(fields.minimum, fields.sub_minimum);
            value.offset = fields.sub_minimum >= 0 ? -minimum : minimum;
            value.decoded += value.offset;
        }
        return value;
    }

  private:
    const BlockField& field(int index) const {
        return anatomy_.fields[static_cast<std::size_t>(index)];
    }
    unsigned bits(int index) const { return field_bits(field(index), block_); }

    unsigned code_bits(const ValueFields& fields) const {
        const unsigned raw = bits(fields.code);
        if (field(fields.code).kind == FieldKind::digits) {
            return ternary_digit(raw, fields.digit);
        }
        return fields.code_high < 0
                   ? raw
                   : raw | bits(fields.code_high) << field(fields.code).bit_count();
    }

    // Of two fields, either of which may be missing.
    float product(int first, int second) const {
        if (first < 0 || second < 0) {
            return meaning(first < 0 ? second : first);
        }
        return meaning(first) * meaning(second);
    }
    float meaning(int index) const { return field_meaning(field(index), bits(index)); }

    const BlockAnatomy& anatomy_;
    const std::byte* block_;
};

}  // namespace

unsigned field_bits(const BlockField& field, const std::byte* block) {
    unsigned raw = 0;
    for (const BitRun& run : field.bits) {
        const std::byte* at = block + run.byte();
        auto word = std::to_integer<unsigned>(at[0]);
        if (run.bit() + run.count > 8) {
            word |= std::to_integer<unsigned>(at[1]) << 8;
        }
        raw |= (word >> run.bit() & ((1u << run.count) - 1)) << run.shift;
    }
    return raw;
}

float field_meaning(const BlockField& field, unsigned raw) {
    switch (field.coding) {
        case FieldCoding::half:
            return half_to_float(static_cast<std::uint16_t>(raw));
        case FieldCoding::integer:
            return static_cast<float>(static_cast<int>(raw) - field.zero);
        case FieldCoding::signed_byte:
            return static_cast<float>(static_cast<std::int8_t>(raw));
        case FieldCoding::e8m0:
            return mxfp4_scale(static_cast<std::uint8_t>(raw));
        case FieldCoding::e4m3:
            return nvfp4_scale(static_cast<std::uint8_t>(raw));
        case FieldCoding::ternary:
            break;
    }
    return static_cast<float>(raw);
}

BlockValue read_value(const BlockAnatomy& anatomy, const std::byte* block, int j) {
    return ValueReader(anatomy, block).read(j);
}

void write_field(const BlockField& field, std::byte* block, unsigned raw) {
    for (const BitRun& run : field.bits) {
        put_bits(block, run.first, run.count, raw >> run.shift);
    }
}

void write_code(const BlockAnatomy& anatomy, std::byte* block, int j, unsigned raw) {
    const ValueFields& fields = anatomy.of_value[static_cast<std::size_t>(j)];
    const BlockField& code = anatomy.fields[static_cast<std::size_t>(fields.code)];
    write_field(code, block, raw);
    if (fields.code_high >= 0) {
        write_field(anatomy.fields[static_cast<std::size_t>(fields.code_high)], block,
                    raw >> code.bit_count());
    }
}

BlockReading read_block(const BlockAnatomy& anatomy, const std::byte* block) {
    BlockReading reading;
    for (const BlockField& field : anatomy.fields) {
        reading.raw.push_back(field_bits(field, block));
    }
    const ValueReader reader(anatomy, block);
    for (int j = 0; j < anatomy.values; ++j) {
        reading.values.push_back(reader.read(j));
    }
    return reading;
}

}  // namespace ql
