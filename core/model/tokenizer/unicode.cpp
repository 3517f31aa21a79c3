#include "core/model/tokenizer/unicode.h"

#include <algorithm>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "core/base/error.h"
#include "core/files/escape.h"

namespace ql {

namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view first_character(std::string_view text) {
    return text.substr(0, utf8_character(text));
}

std::string_view last_character(std::string_view text) {
    std::size_t begin = text.size();
    do {
        --begin;
    } while (begin > 0 && utf8_character(text.substr(begin)) == 0);
    return text.substr(begin);
}

bool is_space(std::string_view character) {
    return u_isUWhiteSpace(static_cast<UChar32>(code_point(character))) != 0;
}

/// What \w means in the regular expressions of the tokenizers library.
bool is_word(std::string_view text) {
    const auto character = static_cast<UChar32>(code_point(text));
    return u_hasBinaryProperty(character, UCHAR_ALPHABETIC) ||
           u_hasBinaryProperty(character, UCHAR_JOIN_CONTROL) ||
           (U_GET_GC_MASK(character) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0;
}

}  // namespace

std::optional<std::string> with_bytes_replaced(std::string_view text) {
    if (is_utf8(text)) {
        return std::nullopt;
    }
    std::string valid;
    while (!text.empty()) {
        const std::size_t length = utf8_character(text);
        valid += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return valid;
}

std::optional<std::string> composed(std::string_view text) {
    if (is_ascii(text)) {
        return std::nullopt;
    }
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
    const auto utf16 = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    if (U_SUCCESS(status) && nfc->isNormalized(utf16, status) != 0) {
        return std::nullopt;
    }
    std::string result;
    if (U_SUCCESS(status)) {
        nfc->normalize(utf16, status).toUTF8String(result);
    }
    if (U_FAILURE(status)) {
        throw Error(ErrorCode::limit, Sentence(QL_TR("core", "The text cannot be normalized ({})."),
                                               u_errorName(status)));
    }
    return result;
}

std::size_t leading_space(std::string_view text) {
    std::size_t taken = 0;
    while (taken < text.size() && is_space(first_character(text.substr(taken)))) {
        taken += utf8_character(text.substr(taken));
    }
    return taken;
}

std::size_t trailing_space(std::string_view text) {
    std::size_t left = text.size();
    while (left > 0 && is_space(last_character(text.substr(0, left)))) {
        left -= last_character(text.substr(0, left)).size();
    }
    return text.size() - left;
}

bool begins_in_word(std::string_view text) {
    return !text.empty() && is_word(first_character(text));
}

bool ends_in_word(std::string_view text) { return !text.empty() && is_word(last_character(text)); }

}  // namespace ql
