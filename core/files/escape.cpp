#include "core/files/escape.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace ql {

namespace {

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Marks that turn the writing direction round can make a name look like another one.
bool is_direction_mark(std::uint32_t c) {
    return c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::size_t utf8_character(std::string_view text) {
    if (text.empty()) {
        return 0;
    }
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) {
        return 0;
    }
    const std::string_view character = text.substr(0, length);
    if (!std::all_of(character.begin() + 1, character.end(),
                     [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; })) {
        return 0;
    }
    const std::uint32_t c = code_point(character);
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    return overlong || surrogate || c > 0x10FFFF ? 0 : length;
}

std::uint32_t code_point(std::string_view character) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(character[i]));
    };
    switch (character.size()) {
        case 1:
            return byte(0);
        case 2:
            return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
        case 3:
            return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
        default:
            return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
                   (byte(3) & 0x3F);
    }
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

bool is_clean_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        if (length == 0 || is_control(code_point(text.substr(0, length)))) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string escaped(std::string_view text, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        if (out.size() >= limit) {
            return out + "…";
        }
        const std::size_t length = std::max<std::size_t>(1, utf8_character(text));
        const std::string_view character = text.substr(0, length);
        const std::uint32_t c = code_point(character);
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += character;
        } else if (length == 1 && (is_control(c) || c >= 0x80)) {
            fmt::format_to(std::back_inserter(out), "\\x{:02X}", c);
        } else if (is_control(c) || is_direction_mark(c)) {
            fmt::format_to(std::back_inserter(out), "\\u{:04X}", c);
        } else {
            out += character;
        }
        text.remove_prefix(length);
    }
    return out;
}

std::string in_quotes(std::string_view text) { return '"' + escaped(text) + '"'; }

}  // namespace ql
