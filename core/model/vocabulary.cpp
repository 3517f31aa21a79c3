#include "core/model/vocabulary.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"

namespace ql {

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
