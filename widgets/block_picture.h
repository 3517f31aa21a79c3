#pragma once

#include <QColor>
#include <QString>
#include <vector>

namespace ql::gui {

/// What bits of a stored block are for.
enum class BitRole { scale, minimum, subScale, subMinimum, code, codeHigh, digits };
inline constexpr int kBitRoles = 7;

/// "scale of the block", in the user's language.
QString bitRoleTitle(BitRole role);
/// The colour that stands for the role in the current theme; not for text.
QColor bitRoleColor(BitRole role);

/// One number of a stored block.
struct BitField {
    BitRole role = BitRole::code;
    /// Its bits, from the lowest up: bit b of byte n has the number 8 n + b.
    std::vector<int> bits;
    std::vector<int> values;  ///< the values it belongs to
    QString text;             ///< what it is, its integer and its meaning, for people
};

/// One value of a stored block: decoded = scale * level + offset.
struct BlockRow {
    double original = 0;
    int code = 0;
    QString codeBits;  ///< "0101"
    double level = 0;
    double scale = 0;
    double offset = 0;
    double decoded = 0;
    double textbook = 0;      ///< what a simplified quantizer would make of the original
    std::vector<int> fields;  ///< indices of the fields that make it
    QString formula;          ///< the decoded value worked out, for people
};

/// A stored block as plain values and texts.
struct BlockPicture {
    std::vector<unsigned char> bytes;
    std::vector<BitField> fields;  ///< every bit of `bytes` belongs to one of them
    std::vector<BlockRow> values;
    std::vector<int> changed;  ///< numbers of bits to be marked, in ascending order
    bool hasOffset = false;    ///< whether the format has minima

    int bitCount() const { return 8 * static_cast<int>(bytes.size()); }
    bool bit(int number) const {
        return (bytes[static_cast<std::size_t>(number / 8)] >> (number % 8) & 1) != 0;
    }
};

}  // namespace ql::gui
