// Unicode as tokenizers need it, through ICU. Not for use outside core/model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ql {

/// `text` with every byte that is no part of a UTF-8 character replaced by U+FFFD; nothing if it is
/// valid as it is.
std::optional<std::string> with_bytes_replaced(std::string_view text);

/// `text` in normalization form C; nothing if it is in that form already.
std::optional<std::string> composed(std::string_view text);

/// Bytes of white space that `text` begins (or ends) with.
std::size_t leading_space(std::string_view text);
std::size_t trailing_space(std::string_view text);

/// Whether `text` begins (or ends) with a character of a word.
bool begins_in_word(std::string_view text);
bool ends_in_word(std::string_view text);

}  // namespace ql
