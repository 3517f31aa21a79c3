#include "app/pages/block_inspection.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <cmath>

#include "app/pages/cell_reader.h"
#include "core/backend/backend.h"
#include "core/grids/block_textbook.h"
#include "widgets/number_format.h"

namespace ql::gui {

namespace {

struct BlockText {
    Q_DECLARE_TR_FUNCTIONS(ql::gui::BlockText)
};

constexpr int kDigits = 5;

QString number(float value) { return formatNumber(static_cast<double>(value), kDigits); }

QString integer(float value) { return QLocale().toString(static_cast<int>(value)); }

/// Negative numbers stand in brackets where they follow a sign.
QString bracketed(const QString& number, float value) {
    return std::signbit(value) ? QStringLiteral("(%1)").arg(number) : number;
}

QString binary(unsigned raw, int bits) {
    return QStringLiteral("%1").arg(raw, bits, 2, QLatin1Char('0'));
}

BitRole roleOf(FieldKind kind) {
    switch (kind) {
        case FieldKind::scale:
            return BitRole::scale;
        case FieldKind::minimum:
            return BitRole::minimum;
        case FieldKind::sub_scale:
            return BitRole::subScale;
        case FieldKind::sub_minimum:
            return BitRole::subMinimum;
        case FieldKind::code_high:
            return BitRole::codeHigh;
        case FieldKind::digits:
            return BitRole::digits;
        case FieldKind::code:
            break;
    }
    return BitRole::code;
}

/// "45 − 32": an integer less the one that means 0.
QString lessZero(int value, int zero) {
    return zero == 0 ? QString::number(value) : QStringLiteral("%1 − %2").arg(value).arg(zero);
}

/// What the integer of a field means: "0.0123", "45".
QString meaningOf(const BlockField& field, unsigned raw) {
    const float meaning = field_meaning(field, raw);
    const bool whole =
        field.coding == FieldCoding::integer || field.coding == FieldCoding::signed_byte;
    return whole ? integer(meaning) : number(meaning);
}

/// The same, worked out: "45 − 32 = 13", "2^(120 − 128) = 0.00391".
QString meaningText(const BlockField& field, unsigned raw) {
    const QString meaning = meaningOf(field, raw);
    if (field.coding == FieldCoding::integer && field.zero != 0) {
        return QStringLiteral("%1 = %2").arg(lessZero(static_cast<int>(raw), field.zero), meaning);
    }
    return field.coding == FieldCoding::e8m0
               ? QStringLiteral("2^(%1 − 128) = %2").arg(raw).arg(meaning)
               : meaning;
}

QString fieldText(const BlockField& field, unsigned raw) {
    const QString bits = binary(raw, field.bit_count());
    const int first = field.values.first;
    const int last = field.values[field.values.count - 1];
    switch (field.kind) {
        case FieldKind::scale:
            //: %1 is the meaning of the bits %2
            return BlockText::tr("scale of the block, %1 (bits %2)")
                .arg(meaningText(field, raw), bits);
        case FieldKind::minimum:
            return BlockText::tr("minimum of the block, %1 (bits %2)")
                .arg(meaningText(field, raw), bits);
        case FieldKind::sub_scale:
            return BlockText::tr("scale of the values %1–%2, %3 (bits %4)")
                .arg(first)
                .arg(last)
                .arg(meaningText(field, raw), bits);
        case FieldKind::sub_minimum:
            return BlockText::tr("minimum of the values %1–%2, %3 (bits %4)")
                .arg(first)
                .arg(last)
                .arg(meaningText(field, raw), bits);
        case FieldKind::code:
            return BlockText::tr("code of value %1 (bits %2)").arg(first).arg(bits);
        case FieldKind::code_high:
            return BlockText::tr("high bits of the code of value %1 (bits %2)")
                .arg(first)
                .arg(bits);
        case FieldKind::digits:
            break;
    }
    QStringList values;
    for (int i = 0; i < field.values.count; ++i) {
        values << QString::number(field.values[i]);
    }
    //: a byte of TQ1_0; %1 is a list of numbers
    return BlockText::tr("the codes of values %1 as digits of base 3, together (bits %2)")
        .arg(values.join(QStringLiteral(", ")), bits);
}

/// The decoded value worked out: "ŵ = 0.0123 · (5 − 8) = −0.0369".
class Formula {
  public:
    Formula(const BlockInspection& block, int value)
        : block_(block),
          fields_(block.anatomy->of_value[static_cast<std::size_t>(value)]),
          value_(block.reading.values[static_cast<std::size_t>(value)]) {}

    QString text() const {
        QStringList factors;
        for (const int field : {fields_.scale, fields_.sub_scale}) {
            if (field >= 0) {
                factors << fieldFactor(field, factors.isEmpty());
            }
        }
        factors << level();
        return QStringLiteral("ŵ = %1%2 = %3")
            .arg(factors.join(times_), offset(), number(value_.decoded));
    }

  private:
    QString fieldFactor(int index, bool leads = false) const {
        const BlockField& field = block_.anatomy->fields[static_cast<std::size_t>(index)];
        const unsigned raw = block_.reading.raw[static_cast<std::size_t>(index)];
        if (field.coding == FieldCoding::integer && field.zero != 0) {
            return QStringLiteral("(%1)").arg(lessZero(static_cast<int>(raw), field.zero));
        }
        if (field.coding == FieldCoding::e8m0) {
            return QStringLiteral("2^(%1 − 128)").arg(raw);
        }
        const QString meaning = meaningOf(field, raw);
        return leads ? meaning : bracketed(meaning, field_meaning(field, raw));
    }

    QString level() const {
        const BlockAnatomy& anatomy = *block_.anatomy;
        return anatomy.table || anatomy.zero == 0
                   ? bracketed(integer(value_.level), value_.level)
                   : QStringLiteral("(%1)").arg(lessZero(value_.code, anatomy.zero));
    }

    QString offset() const {
        if (fields_.minimum < 0) {
            return {};
        }
        if (fields_.sub_minimum < 0) {
            return QStringLiteral(" + ") + fieldFactor(fields_.minimum);
        }
        return QStringLiteral(" − ") + fieldFactor(fields_.minimum) + times_ +
               fieldFactor(fields_.sub_minimum);
    }

    const QString times_ = QStringLiteral(" · ");
    const BlockInspection& block_;
    const ValueFields& fields_;
    const BlockValue& value_;
};

double rmsError(const std::vector<float>& originals, const std::vector<float>& values) {
    double squares = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double error = static_cast<double>(values[i]) - static_cast<double>(originals[i]);
        squares += error * error;
    }
    return std::sqrt(squares / static_cast<double>(values.size()));
}

BitField bitField(const BlockField& field, unsigned raw) {
    BitField shown{roleOf(field.kind), {}, {}, fieldText(field, raw)};
    for (const BitRun& run : field.bits) {
        for (int i = 0; i < run.count; ++i) {
            shown.bits.push_back(run.first + i);
        }
    }
    for (int i = 0; i < field.values.count; ++i) {
        shown.values.push_back(field.values[i]);
    }
    return shown;
}

BlockRow blockRow(const BlockInspection& block, int value) {
    const auto place = static_cast<std::size_t>(value);
    const BlockValue& stored = block.reading.values[place];
    constexpr int kDigitBits = 2;  // enough to show a digit of base 3
    BlockRow row;
    row.original = static_cast<double>(block.originals[place]);
    row.code = stored.code;
    row.codeBits = block.anatomy->code_bits > 0 ? binary(stored.raw, block.anatomy->code_bits)
                                                : binary(stored.raw, kDigitBits);
    row.level = static_cast<double>(stored.level);
    row.scale = static_cast<double>(stored.scale);
    row.offset = static_cast<double>(stored.offset);
    row.decoded = static_cast<double>(stored.decoded);
    row.textbook = static_cast<double>(block.textbook[place]);
    row.formula = Formula(block, value).text();
    const ValueFields& fields = block.anatomy->of_value[place];
    for (const int field : {fields.scale, fields.minimum, fields.sub_scale, fields.sub_minimum,
                            fields.code, fields.code_high}) {
        if (field >= 0) {
            row.fields.push_back(field);
        }
    }
    return row;
}

}  // namespace

std::vector<int> BlockInspection::changedBits() const {
    std::vector<int> changed;
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        const std::byte difference = bytes[bit / 8] ^ stored[bit / 8];
        if ((std::to_integer<unsigned>(difference) >> (bit % 8) & 1u) != 0) {
            changed.push_back(static_cast<int>(bit));
        }
    }
    return changed;
}

const BlockAnatomy* anatomyOf(const TensorRun& run) {
    const auto* storage = std::get_if<StorageGrid>(&run.quantized.grid->spec());
    return storage ? block_anatomy(storage->dtype) : nullptr;
}

QString noEditReason(const TensorRun& run) {
    if (run.scheme.gptq) {
        return BlockText::tr(
            "GPTQ rounds a block with what the columns before have left to it: a changed weight is "
            "not encoded again here.");
    }
    return run.scheme.fit.importance
               ? BlockText::tr(
                     "The fit of this scheme looks at the importance of columns: a "
                     "changed weight is not encoded again here.")
               : QString();
}

BlockInspection inspectBlock(const RowSource& rows, const TensorRun& run, qint64 row, qint64 col,
                             const WeightEdits& edits) {
    const QuantizedTensor& tensor = run.quantized;
    BlockInspection block;
    block.anatomy = anatomyOf(run);
    block.row = row;
    block.firstCol = col / block.anatomy->values * block.anatomy->values;
    std::vector<float> weights(static_cast<std::size_t>(rows.cols()));
    rows.read(row, 1, weights.data());
    for (const auto& [at, weight] : edits) {
        weights[static_cast<std::size_t>(at)] = weight;
    }
    const std::size_t rowBytes = tensor.grid->row_bytes(tensor.cols);
    const auto begin =
        static_cast<std::ptrdiff_t>(block.firstCol / block.anatomy->values * block.anatomy->bytes);
    const auto cut = [&](const std::byte* stored) {
        return std::vector<std::byte>(stored + begin, stored + begin + block.anatomy->bytes);
    };
    block.stored = cut(tensor.bytes.data() + static_cast<std::size_t>(row) * rowBytes);
    block.bytes = block.stored;
    if (!edits.empty()) {
        std::vector<std::byte> encoded(rowBytes);
        EncodeOptions options;
        options.params = tensor.params;
        options.search = run.scheme.fit.search;
        cpu_backend().encode(*tensor.grid, weights.data(), 1, tensor.cols, options, encoded.data());
        block.bytes = cut(encoded.data());
    }
    const auto first = weights.begin() + block.firstCol;
    block.originals.assign(first, first + block.anatomy->values);
    block.reading = read_block(*block.anatomy, block.bytes.data());
    block.textbook = textbook_values(*block.anatomy, block.originals.data());
    std::vector<float> decoded;
    for (const BlockValue& value : block.reading.values) {
        decoded.push_back(value.decoded);
    }
    block.rmsError = rmsError(block.originals, decoded);
    block.textbookRmsError = rmsError(block.originals, block.textbook);
    return block;
}

BlockPicture blockPicture(const BlockInspection& block) {
    BlockPicture picture;
    for (const std::byte byte : block.bytes) {
        picture.bytes.push_back(std::to_integer<unsigned char>(byte));
    }
    for (std::size_t i = 0; i < block.anatomy->fields.size(); ++i) {
        picture.fields.push_back(bitField(block.anatomy->fields[i], block.reading.raw[i]));
    }
    for (int value = 0; value < block.anatomy->values; ++value) {
        picture.values.push_back(blockRow(block, value));
    }
    picture.changed = block.changedBits();
    picture.hasOffset = block.anatomy->has_minimum();
    return picture;
}

QString noBlockText(const TensorRun& run, const QString& scheme, qint64 row, qint64 col) {
    const GridSpec& spec = run.quantized.grid->spec();
    if (std::holds_alternative<StorageGrid>(spec)) {
        return BlockText::tr("%1 stores each weight by itself: there is no block to look into.")
            .arg(scheme);
    }
    if (std::holds_alternative<TextbookGrid>(spec)) {
        return BlockText::tr(
                   "%1 is worked out in float and stored by no format: it has no bits to show.")
            .arg(scheme);
    }
    if (std::holds_alternative<Fp8Grid>(spec)) {
        //: %2: the code of the weight and its scale, in words
        return BlockText::tr(
                   "%1 stores a byte for each weight, and the scales apart from them: there is no "
                   "block to look into. Here: %2.")
            .arg(scheme, blockText(run.quantized.inspect(row, col)));
    }
    //: %2: the parameters of the group, in words
    return BlockText::tr(
               "%1 is a plain integer grid, not a block format: codes and the parameters of the "
               "groups are stored apart. Here: %2.")
        .arg(scheme, blockText(run.quantized.inspect(row, col)));
}

}  // namespace ql::gui
