#include <map>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/tokenizer/tokenizer_files.h"
#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

namespace {

namespace fs = std::filesystem;

/// Whether text is composed first; refuses every other way to normalize it.
bool composes(const nlohmann::json& normalizer) {
    if (normalizer.is_null()) {
        return false;
    }
    if (json_text(normalizer, "type") != "NFC") {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core", "The tokenizer normalizes text in an unknown way: {}."),
                             escaped(normalizer.dump(), 200)),
                    "tokenizer.json");
    }
    return true;
}

std::optional<std::int32_t> unknown_of(const std::vector<Token>& tokens) {
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        if (tokens[id].type == TokenType::unknown) {
            return static_cast<std::int32_t>(id);
        }
    }
    return std::nullopt;
}

void read_json(const nlohmann::json& tokenizer, std::uint64_t rows, TokenizerParts& parts) {
    parts.vocabulary = read_bpe_model(tokenizer, rows);
    const nlohmann::json& model = json_member(tokenizer, "model");
    if (parts.vocabulary.kind == VocabularyKind::byte_level) {
        parts.steps = split_steps(tokenizer);
        parts.ignore_merges = json_bool(model, "ignore_merges").value_or(false);
        parts.compose = composes(json_member(tokenizer, "normalizer"));
        return;
    }
    parts.spaces = space_rules(tokenizer);
    parts.byte_fallback = json_bool(model, "byte_fallback").value_or(false);
    parts.fuse_unknown = json_bool(model, "fuse_unk").value_or(false);
    parts.unknown = unknown_of(parts.vocabulary.tokens);
}

/// Pieces that are looked for in the text: user-defined ones once its spaces are marked, as
/// SentencePiece does; control ones as those of a GGUF file are.
void add_pieces(const std::vector<Token>& tokens, std::map<std::uint64_t, AddedToken>& added) {
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const bool control = tokens[id].type == TokenType::control;
        if (control || tokens[id].type == TokenType::user_defined) {
            added[id] = {
                .id = id, .text = tokens[id].text, .special = control, .normalized = !control};
        }
    }
}

void read_model(const fs::path& path, std::uint64_t rows, TokenizerParts& parts,
                std::map<std::uint64_t, AddedToken>& added) {
    SentencePieceModel model = read_sentence_piece(path, rows);
    if (model.maps_characters) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer replaces characters before it splits text, "
                                   "which is not known here; save it as tokenizer.json.")),
                    path.string());
    }
    parts.vocabulary = std::move(model.vocabulary);
    parts.joins_spaces = model.joins_spaces;
    const bool prefix = parts.vocabulary.add_space_prefix.value_or(true);
    parts.spaces.prefix = prefix ? SpacePrefix::first : SpacePrefix::never;
    parts.byte_fallback = true;
    parts.fuse_unknown = true;
    parts.unknown = unknown_of(parts.vocabulary.tokens);
    add_pieces(parts.vocabulary.tokens, added);
}

[[noreturn]] void refuse_missing(const fs::path& directory) {
    refuse_slow_form(directory);
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "There is no tokenizer (tokenizer.json or tokenizer.model) beside "
                               "the model.")),
                directory.string());
}

std::optional<std::int32_t> as_id(std::optional<std::uint64_t> id) {
    return id ? std::optional(static_cast<std::int32_t>(*id)) : std::nullopt;
}

}  // namespace

TokenizerParts parts_of_directory(const fs::path& directory, const nlohmann::json& config,
                                  std::uint64_t rows) {
    const TokenizerFiles files(directory, config);
    TokenizerParts parts;
    std::map<std::uint64_t, AddedToken> added;  // one of each id
    if (!files.tokenizer.is_null()) {
        read_json(files.tokenizer, rows, parts);
    } else if (const fs::path path = directory / "tokenizer.model"; is_there(path)) {
        read_model(path, rows, parts, added);
    } else {
        refuse_missing(directory);
    }
    const std::vector<AddedToken> listed = files.added_tokens();
    add_tokens(listed, rows, parts.vocabulary);
    const bool sentence_piece = parts.vocabulary.kind == VocabularyKind::sentence_piece;
    for (const AddedToken& token : listed) {
        if (token.id < rows) {
            added[token.id] = token;
            // Their texts have plain spaces, and nothing but spaces is normalized.
            added[token.id].normalized = token.normalized && !sentence_piece;
        }
    }
    for (auto& [id, token] : added) {
        parts.added.push_back(std::move(token));
    }
    const IdsByText ids = checked_ids(parts.vocabulary);
    if (files.tokenizer.is_null()) {
        add_merges_by_scores(parts, ids);
    }
    const std::size_t count = parts.vocabulary.tokens.size();
    parts.bos = as_id(files.special_id("bos", ids, count));
    parts.eos = as_id(files.special_id("eos", ids, count));
    parts.add_bos = files.adds(true, sentence_piece);
    parts.add_eos = files.adds(false, sentence_piece);
    return parts;
}

}  // namespace ql
