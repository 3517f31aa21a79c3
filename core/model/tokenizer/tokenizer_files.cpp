#include "core/model/tokenizer/tokenizer_files.h"

#include <algorithm>

#include "core/files/checkpoint.h"
#include "core/files/escape.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

nlohmann::json read_if_there(const fs::path& path) {
    return is_there(path) ? read_json_file(path) : nlohmann::json();
}

std::optional<std::uint64_t> id_in_text(const std::string& text) {
    if (text.empty() || text.size() > 9 ||
        text.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    return std::stoull(text);
}

[[noreturn]] void bad_added_token(const std::string& text, const char* file) {
    throw Error(
        ErrorCode::bad_file,
        Sentence(QL_TR("core", "The added token {} has no proper id and text."), in_quotes(text)),
        file);
}

AddedToken added_token(std::uint64_t id, const std::string& text, const nlohmann::json& value) {
    AddedToken token{.id = id, .text = text};
    token.special = json_bool(value, "special").value_or(false);
    token.takes_left = json_bool(value, "lstrip").value_or(false);
    token.takes_right = json_bool(value, "rstrip").value_or(false);
    token.whole_word = json_bool(value, "single_word").value_or(false);
    token.normalized = json_bool(value, "normalized").value_or(!token.special);
    return token;
}

/// A special token stands as text or as an object with its text.
std::optional<std::string> special_text(const nlohmann::json& config, const std::string& name) {
    const nlohmann::json& value = json_member(config, name + "_token");
    return value.is_string() ? std::optional(value.get<std::string>())
                             : json_text(value, "content");
}

/// An id, or the first of several.
std::optional<std::uint64_t> configured_id(const nlohmann::json& config, const std::string& key) {
    const nlohmann::json& value = json_member(config, key);
    if (value.is_array() && !value.empty() && value[0].is_number_unsigned()) {
        return value[0].get<std::uint64_t>();
    }
    return json_id(config, key);
}

/// Whether the post-processor puts a token in front of (or behind) every text.
bool template_adds(const nlohmann::json& processor, bool in_front) {
    if (json_text(processor, "type") == "Sequence") {
        const nlohmann::json& steps = json_member(processor, "processors");
        return std::any_of(steps.begin(), steps.end(), [&](const nlohmann::json& step) {
            return template_adds(step, in_front);
        });
    }
    const nlohmann::json& single = json_member(processor, "single");
    if (json_text(processor, "type") != "TemplateProcessing" || !single.is_array() ||
        single.empty()) {
        return false;
    }
    const nlohmann::json& end = in_front ? single.front() : single.back();
    return end.is_object() && end.contains("SpecialToken");
}

}  // namespace

bool is_there(const fs::path& path) {
    std::error_code error;  // a folder that cannot be looked into has nothing for us
    return fs::exists(path, error);
}

void refuse_slow_form(const fs::path& directory) {
    if (is_there(directory / "vocab.json")) {
        throw Error(
            ErrorCode::unsupported,
            Sentence(QL_TR("core",
                           "The directory has vocab.json but no tokenizer.json, which says how "
                           "text is split; save the tokenizer in the fast form.")),
            directory.string());
    }
}

TokenizerFiles::TokenizerFiles(const fs::path& directory, const nlohmann::json& model_config)
    : tokenizer(read_if_there(directory / "tokenizer.json")),
      added(read_if_there(directory / "added_tokens.json")),
      config(read_if_there(directory / "tokenizer_config.json")),
      generation(read_if_there(directory / "generation_config.json")),
      model(&model_config) {}

std::vector<AddedToken> TokenizerFiles::added_tokens() const {
    std::vector<AddedToken> tokens;
    if (added.is_object()) {
        for (const auto& [text, value] : added.items()) {
            if (!value.is_number_unsigned()) {
                bad_added_token(text, "added_tokens.json");
            }
            tokens.push_back({.id = value.get<std::uint64_t>(), .text = text});
        }
    }
    const nlohmann::json& decoder = json_member(config, "added_tokens_decoder");
    if (decoder.is_object()) {
        for (const auto& [key, value] : decoder.items()) {
            const auto id = id_in_text(key);
            const auto text = json_text(value, "content");
            if (!id || !text) {
                bad_added_token(key, "tokenizer_config.json");
            }
            tokens.push_back(added_token(*id, *text, value));
        }
    }
    const nlohmann::json& list = json_member(tokenizer, "added_tokens");
    if (list.is_array()) {
        for (const nlohmann::json& value : list) {
            const auto id = json_id(value, "id");
            const auto text = json_text(value, "content");
            if (!id || !text) {
                bad_added_token(text.value_or(""), "tokenizer.json");
            }
            tokens.push_back(added_token(*id, *text, value));
        }
    }
    return tokens;
}

std::optional<std::uint64_t> TokenizerFiles::special_id(const std::string& name,
                                                        const IdsByText& ids,
                                                        std::uint64_t rows) const {
    if (const auto text = special_text(config, name)) {
        if (const auto found = ids.find(*text); found != ids.end()) {
            return static_cast<std::uint64_t>(found->second);
        }
    }
    for (const nlohmann::json* place : {model, &generation}) {
        const auto id = configured_id(*place, name + "_token_id");
        if (id && *id < rows) {
            return id;
        }
    }
    return std::nullopt;
}

bool TokenizerFiles::adds(bool in_front, bool otherwise) const {
    if (const auto said = json_bool(config, in_front ? "add_bos_token" : "add_eos_token")) {
        return *said;
    }
    if (tokenizer.is_object()) {
        return template_adds(json_member(tokenizer, "post_processor"), in_front);
    }
    return in_front && otherwise;
}

void add_tokens(const std::vector<AddedToken>& added, std::uint64_t rows, Vocabulary& vocabulary) {
    std::size_t beyond = 0;
    for (const AddedToken& token : added) {
        if (token.id >= rows) {
            ++beyond;
            continue;
        }
        const TokenType type = token.special ? TokenType::control : TokenType::user_defined;
        if (token.id >= vocabulary.tokens.size() || !vocabulary.tokens[token.id].present) {
            vocabulary.place(token.id, {token.text, type, -1000, true}, rows);
            continue;
        }
        Token& present = vocabulary.tokens[token.id];
        present.text = token.text;
        if (present.type == TokenType::normal || token.special) {
            present.type = present.type == TokenType::unknown ? TokenType::unknown : type;
        }
    }
    if (beyond > 0) {
        vocabulary.notes.emplace_back(
            QL_TR("core", "{} added tokens have no row in the embedding and are left out."),
            beyond);
    }
}

}  // namespace ql
