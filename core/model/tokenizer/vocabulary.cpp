#include "core/model/tokenizer/vocabulary.h"

#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"

namespace ql {

namespace {

// The longest published tokens have some 256; long ones would make every look for them slow.
constexpr std::size_t kMaxTokenBytes = 1024;

}  // namespace

void Vocabulary::place(std::uint64_t id, Token token, std::uint64_t rows) {
    if (id >= rows) {
        throw Error(
            ErrorCode::bad_file,
            Sentence(QL_TR("core", "Token {} has the id {}, but the embedding has {} rows."),
                     in_quotes(token.text), id, rows),
            "tokenizer");
    }
    if (id >= tokens.size()) {
        tokens.resize(id + 1);
    }
    if (tokens[id].present) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The tokens {} and {} have the same id {}."),
                             in_quotes(tokens[id].text), in_quotes(token.text), id),
                    "tokenizer");
    }
    tokens[id] = std::move(token);
}

void Vocabulary::add_merge(const IdsByText& ids, const std::string& left,
                           const std::string& right) {
    const auto id_of = [&](const std::string& text) {
        const auto found = ids.find(text);
        if (found == ids.end()) {
            throw Error(
                ErrorCode::bad_file,
                Sentence(QL_TR("core", "Merge {} names {}, which is not in the vocabulary."),
                         merges.size(), in_quotes(text)),
                "tokenizer");
        }
        return found->second;
    };
    const auto rank = static_cast<std::uint32_t>(merges.size());
    merges.push_back({id_of(left), id_of(right), id_of(left + right), rank});
}

bool is_byte_token(std::string_view text) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    return text.size() == 6 && text.starts_with("<0x") && text.ends_with('>') && hex(text[3]) &&
           hex(text[4]);
}

char byte_of_token(std::string_view text) {
    unsigned value = 0;
    std::from_chars(text.data() + 3, text.data() + 5, value, 16);
    return static_cast<char>(value);
}

void check_byte_token(const Token& token, std::size_t id) {
    if (token.type == TokenType::byte && !is_byte_token(token.text)) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "Token {} should name a byte, but is {}."), id,
                             in_quotes(token.text)),
                    "tokenizer");
    }
}

std::string with_plain_spaces(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const bool mark = text.starts_with(kSpaceMark);
        plain.push_back(mark ? ' ' : text.front());
        text.remove_prefix(mark ? kSpaceMark.size() : 1);
    }
    return plain;
}

IdsByText checked_ids(const Vocabulary& vocabulary) {
    IdsByText ids;
    ids.reserve(vocabulary.tokens.size());
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        const Token& token = vocabulary.tokens[id];
        if (!token.present) {
            continue;
        }
        if (!is_utf8(token.text)) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "Token {} is not UTF-8 text."), id), "tokenizer");
        }
        if (token.text.size() > kMaxTokenBytes) {
            throw Error(ErrorCode::limit,
                        Sentence(QL_TR("core", "Token {} has {} bytes; at most {} are allowed."),
                                 id, token.text.size(), kMaxTokenBytes),
                        "tokenizer");
        }
        const auto [other, added] = ids.emplace(token.text, static_cast<std::int32_t>(id));
        if (!added) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "The tokens {} and {} have the same text {}."),
                                 other->second, id, in_quotes(token.text)),
                        "tokenizer");
        }
    }
    return ids;
}

const nlohmann::json& json_member(const nlohmann::json& object, std::string_view key) {
    static const nlohmann::json null;
    if (!object.is_object()) {
        return null;
    }
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::optional<std::string> json_text(const nlohmann::json& object, std::string_view key) {
    const nlohmann::json& value = json_member(object, key);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::optional<bool> json_bool(const nlohmann::json& object, std::string_view key) {
    const nlohmann::json& value = json_member(object, key);
    return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

std::optional<std::uint64_t> json_id(const nlohmann::json& object, std::string_view key) {
    const nlohmann::json& value = json_member(object, key);
    if (!value.is_number_unsigned() ||
        value.get<std::uint64_t>() > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return value.get<std::uint64_t>();
}

}  // namespace ql
