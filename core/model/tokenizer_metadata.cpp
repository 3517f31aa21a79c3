#include "core/model/tokenizer_metadata.h"

#include <algorithm>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/files/checkpoint.h"
#include "core/files/escape.h"
#include "core/files/mapped_file.h"
#include "core/model/vocabulary.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTemplateBytes = 4ULL << 20;

bool is_there(const fs::path& path) {
    std::error_code error;  // a folder that cannot be looked into has nothing for us
    return fs::exists(path, error);
}

nlohmann::json read_if_there(const fs::path& path) {
    return is_there(path) ? read_json_file(path) : nlohmann::json();
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

/// Everything in the directory that describes the tokenizer.
struct TokenizerFiles {
    explicit TokenizerFiles(const fs::path& directory, const nlohmann::json& model_config)
        : tokenizer(read_if_there(directory / "tokenizer.json")),
          added(read_if_there(directory / "added_tokens.json")),
          config(read_if_there(directory / "tokenizer_config.json")),
          generation(read_if_there(directory / "generation_config.json")),
          model(model_config) {}

    nlohmann::json tokenizer;
    nlohmann::json added;
    nlohmann::json config;
    nlohmann::json generation;
    const nlohmann::json& model;
};

std::optional<Vocabulary> read_vocabulary(const fs::path& directory, const TokenizerFiles& files,
                                          std::uint64_t rows) {
    const fs::path sentence_piece = directory / "tokenizer.model";
    // A tokenizer.model beside a byte-level tokenizer.json is another format (tiktoken).
    if (is_there(sentence_piece) && !is_byte_level(files.tokenizer)) {
        return read_sentence_piece(sentence_piece, rows);
    }
    if (!files.tokenizer.is_null()) {
        return read_tokenizer_json(files.tokenizer, rows);
    }
    if (is_there(directory / "vocab.json")) {
        throw Error(
            ErrorCode::unsupported,
            Sentence(QL_TR("core",
                           "The directory has vocab.json but no tokenizer.json, which says how "
                           "text is split; save the tokenizer in the fast form.")),
            directory.string());
    }
    return std::nullopt;
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

/// From all three places where they may stand; later ones win.
std::vector<AddedToken> added_tokens(const TokenizerFiles& files) {
    std::vector<AddedToken> tokens;
    if (files.added.is_object()) {
        for (const auto& [text, value] : files.added.items()) {
            if (!value.is_number_unsigned()) {
                bad_added_token(text, "added_tokens.json");
            }
            tokens.push_back({value.get<std::uint64_t>(), text, false});
        }
    }
    const nlohmann::json& decoder = json_member(files.config, "added_tokens_decoder");
    if (decoder.is_object()) {
        for (const auto& [key, value] : decoder.items()) {
            const auto id = id_in_text(key);
            const auto text = json_text(value, "content");
            if (!id || !text) {
                bad_added_token(key, "tokenizer_config.json");
            }
            tokens.push_back({*id, *text, json_bool(value, "special").value_or(false)});
        }
    }
    const nlohmann::json& list = json_member(files.tokenizer, "added_tokens");
    if (list.is_array()) {
        for (const nlohmann::json& value : list) {
            const auto id = json_id(value, "id");
            const auto text = json_text(value, "content");
            if (!id || !text) {
                bad_added_token(text.value_or(""), "tokenizer.json");
            }
            tokens.push_back({*id, *text, json_bool(value, "special").value_or(false)});
        }
    }
    return tokens;
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

std::string with_plain_spaces(std::string_view text) {
    constexpr std::string_view kMark = "\u2581";
    std::string plain;
    while (!text.empty()) {
        const bool mark = text.starts_with(kMark);
        plain.push_back(mark ? ' ' : text.front());
        text.remove_prefix(mark ? kMark.size() : 1);
    }
    return plain;
}

/// llama.cpp looks for user-defined tokens in the text before spaces become marks.
void write_plain_spaces(Vocabulary& vocabulary) {
    for (Token& token : vocabulary.tokens) {
        if (token.type == TokenType::user_defined) {
            token.text = with_plain_spaces(token.text);
        }
    }
}

using Ids = std::unordered_map<std::string, std::uint64_t>;

/// Ids by text; refuses two tokens of the same text and text that is not UTF-8.
Ids checked_ids(const Vocabulary& vocabulary) {
    Ids ids;
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        const Token& token = vocabulary.tokens[id];
        if (!token.present) {
            continue;
        }
        if (!is_utf8(token.text)) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "Token {} is not UTF-8 text."), id), "tokenizer");
        }
        const auto [other, added] = ids.emplace(token.text, id);
        if (!added) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core", "The tokens {} and {} have the same text {}."),
                                 other->second, id, in_quotes(token.text)),
                        "tokenizer");
        }
    }
    return ids;
}

/// Fills the ids that no file names, up to the rows of the embedding.
void pad(Vocabulary& vocabulary, const Ids& ids, std::uint64_t rows) {
    vocabulary.tokens.resize(rows);
    for (std::size_t id = 0; id < rows; ++id) {
        Token& token = vocabulary.tokens[id];
        if (token.present) {
            continue;
        }
        token = {fmt::format("[PAD{}]", id), TokenType::unused, -1000, true};
        while (ids.contains(token.text)) {
            token.text += ']';
        }
    }
}

void write_tokens(const Vocabulary& vocabulary, GgufMetadata& keys) {
    std::vector<std::string> texts;
    std::vector<float> scores;
    std::vector<std::int32_t> types;
    for (const Token& token : vocabulary.tokens) {
        texts.push_back(token.text);
        scores.push_back(token.score);
        types.push_back(static_cast<std::int32_t>(token.type));
    }
    const bool byte_level = vocabulary.kind == VocabularyKind::byte_level;
    keys.set("tokenizer.ggml.model", GgufValue::of_string(byte_level ? "gpt2" : "llama"));
    keys.set("tokenizer.ggml.pre", GgufValue::of_string(vocabulary.pre_tokenizer));
    keys.set("tokenizer.ggml.tokens", GgufValue::of_strings(texts));
    if (!byte_level) {
        keys.set("tokenizer.ggml.scores", GgufValue::of_f32s(scores));
    }
    keys.set("tokenizer.ggml.token_type", GgufValue::of_i32s(types));
    if (byte_level) {
        keys.set("tokenizer.ggml.merges", GgufValue::of_strings(vocabulary.merges));
    }
}

/// A special token stands as text or as an object with its text.
std::optional<std::string> special_text(const TokenizerFiles& files, const std::string& name) {
    const nlohmann::json& value = json_member(files.config, name + "_token");
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

std::optional<std::uint64_t> special_id(const TokenizerFiles& files, const Ids& ids,
                                        const std::string& name, std::uint64_t rows) {
    if (const auto text = special_text(files, name)) {
        if (const auto found = ids.find(*text); found != ids.end()) {
            return found->second;
        }
    }
    for (const nlohmann::json* config : {&files.model, &files.generation}) {
        const auto id = configured_id(*config, name + "_token_id");
        if (id && *id < rows) {
            return id;
        }
    }
    return std::nullopt;
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

bool adds(const TokenizerFiles& files, const Vocabulary& vocabulary, bool in_front) {
    if (const auto said = json_bool(files.config, in_front ? "add_bos_token" : "add_eos_token")) {
        return *said;
    }
    if (files.tokenizer.is_object()) {
        return template_adds(json_member(files.tokenizer, "post_processor"), in_front);
    }
    return in_front && vocabulary.kind == VocabularyKind::sentence_piece;
}

void write_special_tokens(const TokenizerFiles& files, const Vocabulary& vocabulary, const Ids& ids,
                          GgufMetadata& keys) {
    const std::uint64_t rows = vocabulary.tokens.size();
    constexpr std::pair<const char*, const char*> kNames[] = {
        {"bos", "bos"}, {"eos", "eos"}, {"unk", "unknown"}, {"pad", "padding"}};
    for (const auto& [hf, gguf] : kNames) {
        if (const auto id = special_id(files, ids, hf, rows)) {
            keys.set(fmt::format("tokenizer.ggml.{}_token_id", gguf),
                     GgufValue::of_u32(static_cast<std::uint32_t>(*id)));
        }
    }
    keys.set("tokenizer.ggml.add_bos_token",
             GgufValue::of_bool(adds(files, vocabulary, true) &&
                                keys.find("tokenizer.ggml.bos_token_id")));
    keys.set("tokenizer.ggml.add_eos_token",
             GgufValue::of_bool(adds(files, vocabulary, false) &&
                                keys.find("tokenizer.ggml.eos_token_id")));
    if (vocabulary.add_space_prefix) {
        keys.set("tokenizer.ggml.add_space_prefix",
                 GgufValue::of_bool(json_bool(files.config, "add_prefix_space")
                                        .value_or(*vocabulary.add_space_prefix)));
    }
}

std::string read_text_file(const fs::path& path) {
    const MappedFile file(path);
    if (file.size() > kMaxTemplateBytes) {
        throw Error(ErrorCode::limit,
                    Sentence(QL_TR("core", "The file has {} bytes; at most {} are allowed."),
                             file.size(), kMaxTemplateBytes),
                    path.string());
    }
    std::string text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
    if (!is_utf8(text)) {
        throw Error(ErrorCode::bad_file, Sentence(QL_TR("core", "The file is not UTF-8 text.")),
                    path.string());
    }
    return text;
}

/// Text only: a template is a program, and is never run here.
void write_chat_template(const fs::path& directory, const TokenizerFiles& files,
                         GgufMetadata& keys) {
    const std::string key = "tokenizer.chat_template";
    const nlohmann::json& stored = json_member(files.config, "chat_template");
    if (const fs::path path = directory / "chat_template.jinja"; is_there(path)) {
        keys.set(key, GgufValue::of_string(read_text_file(path)));
    } else if (stored.is_string()) {
        keys.set(key, GgufValue::of_string(stored.get<std::string>()));
    } else if (stored.is_array()) {
        std::vector<std::string> names;
        for (const nlohmann::json& variant : stored) {
            const auto name = json_text(variant, "name");
            const auto text = json_text(variant, "template");
            if (name && text && *name == "default") {
                keys.set(key, GgufValue::of_string(*text));
            } else if (name && text && is_clean_text(*name)) {
                keys.set(key + "." + *name, GgufValue::of_string(*text));
                names.push_back(*name);
            }
        }
        if (!names.empty()) {
            keys.set("tokenizer.chat_templates", GgufValue::of_strings(names));
        }
    }
}

void note_missing_bytes(Vocabulary& vocabulary) {
    if (vocabulary.kind == VocabularyKind::sentence_piece &&
        std::none_of(vocabulary.tokens.begin(), vocabulary.tokens.end(),
                     [](const Token& token) { return token.type == TokenType::byte; })) {
        vocabulary.notes.emplace_back(
            QL_TR("core",
                  "The vocabulary has no byte tokens; llama.cpp stops when it loads such a "
                  "SentencePiece vocabulary."));
    }
}

}  // namespace

TokenizerMetadata tokenizer_metadata(const fs::path& directory, const nlohmann::json& config,
                                     std::uint64_t rows) {
    const TokenizerFiles files(directory, config);
    TokenizerMetadata result;
    std::optional<Vocabulary> vocabulary = read_vocabulary(directory, files, rows);
    if (!vocabulary) {
        result.keys.set("tokenizer.ggml.model", GgufValue::of_string("none"));
        result.notes.emplace_back(
            QL_TR("core",
                  "The model's directory has no tokenizer: the file can be loaded, but takes token "
                  "numbers only."));
        return result;
    }
    add_tokens(added_tokens(files), rows, *vocabulary);
    if (vocabulary->kind == VocabularyKind::sentence_piece) {
        write_plain_spaces(*vocabulary);
    }
    note_missing_bytes(*vocabulary);
    const Ids ids = checked_ids(*vocabulary);
    pad(*vocabulary, ids, rows);
    write_tokens(*vocabulary, result.keys);
    write_special_tokens(files, *vocabulary, ids, result.keys);
    write_chat_template(directory, files, result.keys);
    result.notes = std::move(vocabulary->notes);
    return result;
}

}  // namespace ql
