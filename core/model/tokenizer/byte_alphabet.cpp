#include "core/model/tokenizer/byte_alphabet.h"

#include <array>
#include <unordered_map>

#include "core/files/escape.h"

namespace ql {

namespace {

bool is_printable(unsigned byte) {
    return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

/// All code points are below U+0800.
std::string utf8(unsigned code_point) {
    if (code_point < 0x80) {
        return {static_cast<char>(code_point)};
    }
    return {static_cast<char>(0xC0U | code_point >> 6U),
            static_cast<char>(0x80U | (code_point & 0x3FU))};
}

std::array<std::string, 256> make_characters() {
    std::array<std::string, 256> characters;
    unsigned next = 0x100;
    for (unsigned byte = 0; byte < characters.size(); ++byte) {
        characters[byte] = utf8(is_printable(byte) ? byte : next++);
    }
    return characters;
}

const std::array<std::string, 256>& characters() {
    static const std::array<std::string, 256> all = make_characters();
    return all;
}

using Bytes = std::unordered_map<std::string_view, char>;

const Bytes& bytes() {
    static const Bytes all = [] {
        Bytes map;
        for (std::size_t byte = 0; byte < characters().size(); ++byte) {
            map.emplace(characters()[byte], static_cast<char>(byte));
        }
        return map;
    }();
    return all;
}

}  // namespace

std::string character_of_byte(std::uint8_t byte) { return characters()[byte]; }

std::optional<std::string> bytes_of_characters(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        const auto found = bytes().find(text.substr(0, length));
        if (length == 0 || found == bytes().end()) {
            return std::nullopt;
        }
        result.push_back(found->second);
        text.remove_prefix(length);
    }
    return result;
}

}  // namespace ql
