#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ql {

/// Bytes of the UTF-8 character that `text` starts with; 0 if it starts with none.
std::size_t utf8_character(std::string_view text);

/// The code point of one UTF-8 character.
std::uint32_t code_point(std::string_view character);

bool is_utf8(std::string_view text);

/// Valid UTF-8 without control characters.
bool is_clean_text(std::string_view text);

/// `text` for a sentence, a window or a log: control characters, invisible direction marks, bytes
/// that are not UTF-8, quotation marks and backslashes are escaped; cut after about `limit` bytes.
std::string escaped(std::string_view text, std::size_t limit = 100);

/// escaped() in quotation marks, for a name inside a sentence.
std::string in_quotes(std::string_view text);

}  // namespace ql
