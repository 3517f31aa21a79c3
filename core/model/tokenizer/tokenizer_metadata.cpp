#include "core/model/tokenizer/tokenizer_metadata.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/files/mapped_file.h"
#include "core/model/tokenizer/tokenizer_files.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTemplateBytes = 4ULL << 20;

/// The vocabulary of a tokenizer.model, with notes on what llama.cpp leaves out.
Vocabulary read_model(const fs::path& path, std::uint64_t rows) {
    SentencePieceModel model = read_sentence_piece(path, rows);
    if (model.maps_characters) {
        model.vocabulary.notes.emplace_back(
            QL_TR("core",
                  "The tokenizer replaces some characters before it splits text; llama.cpp does "
                  "not."));
    }
    if (model.joins_spaces) {
        model.vocabulary.notes.emplace_back(
            QL_TR("core", "The tokenizer makes one space of several; llama.cpp does not."));
    }
    return std::move(model.vocabulary);
}

std::optional<Vocabulary> read_vocabulary(const fs::path& directory, const TokenizerFiles& files,
                                          std::uint64_t rows) {
    const fs::path sentence_piece = directory / "tokenizer.model";
    // A tokenizer.model beside a byte-level tokenizer.json is another format (tiktoken).
    if (is_there(sentence_piece) && !is_byte_level(files.tokenizer)) {
        return read_model(sentence_piece, rows);
    }
    if (!files.tokenizer.is_null()) {
        return read_tokenizer_json(files.tokenizer, rows);
    }
    refuse_slow_form(directory);
    return std::nullopt;
}

/// llama.cpp looks for user-defined tokens in the text before spaces become marks.
void write_plain_spaces(Vocabulary& vocabulary) {
    for (Token& token : vocabulary.tokens) {
        if (token.type == TokenType::user_defined) {
            token.text = with_plain_spaces(token.text);
        }
    }
}

/// Fills the ids that no file names.
void pad(Vocabulary& vocabulary, const IdsByText& ids) {
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
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
    std::vector<std::string> merges;
    for (const Token& token : vocabulary.tokens) {
        texts.push_back(token.text);
        scores.push_back(token.score);
        types.push_back(static_cast<std::int32_t>(token.type));
    }
    for (const MergeRule& merge : vocabulary.merges) {
        merges.push_back(texts[static_cast<std::size_t>(merge.left)] + " " +
                         texts[static_cast<std::size_t>(merge.right)]);
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
        keys.set("tokenizer.ggml.merges", GgufValue::of_strings(merges));
    }
}

void write_special_tokens(const TokenizerFiles& files, const Vocabulary& vocabulary,
                          const IdsByText& ids, GgufMetadata& keys) {
    const std::uint64_t rows = vocabulary.tokens.size();
    const bool sentence_piece = vocabulary.kind == VocabularyKind::sentence_piece;
    constexpr std::pair<const char*, const char*> kNames[] = {
        {"bos", "bos"}, {"eos", "eos"}, {"unk", "unknown"}, {"pad", "padding"}};
    for (const auto& [hf, gguf] : kNames) {
        if (const auto id = files.special_id(hf, ids, rows)) {
            keys.set(fmt::format("tokenizer.ggml.{}_token_id", gguf),
                     GgufValue::of_u32(static_cast<std::uint32_t>(*id)));
        }
    }
    keys.set("tokenizer.ggml.add_bos_token",
             GgufValue::of_bool(files.adds(true, sentence_piece) &&
                                keys.find("tokenizer.ggml.bos_token_id")));
    keys.set("tokenizer.ggml.add_eos_token",
             GgufValue::of_bool(files.adds(false, sentence_piece) &&
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
    add_tokens(files.added_tokens(), rows, *vocabulary);
    if (vocabulary->kind == VocabularyKind::sentence_piece) {
        write_plain_spaces(*vocabulary);
    }
    note_missing_bytes(*vocabulary);
    vocabulary->tokens.resize(rows);
    const IdsByText ids = checked_ids(*vocabulary);
    pad(*vocabulary, ids);
    write_tokens(*vocabulary, result.keys);
    write_special_tokens(files, *vocabulary, ids, result.keys);
    write_chat_template(directory, files, result.keys);
    result.notes = std::move(vocabulary->notes);
    return result;
}

}  // namespace ql
