// How byte-level tokenizers write bytes in the texts of tokens. Not for use outside core/model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ql {

/// The printable character that stands for a byte: itself where it has one, else one from U+0100
/// on, in the order of the bytes (GPT-2's bytes_to_unicode).
std::string character_of_byte(std::uint8_t byte);

/// The bytes that a text of such characters stands for; nothing if it has another character.
std::optional<std::string> bytes_of_characters(std::string_view text);

}  // namespace ql
