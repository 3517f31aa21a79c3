#include <cmath>

#include "core/files/escape.h"
#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

namespace {

[[noreturn]] void bad_file(const Sentence& sentence, const char* key) {
    throw Error(ErrorCode::bad_file, sentence, key);
}

/// The numbers of an array that goes with the tokens; empty if there is none.
std::vector<double> numbers_of_tokens(const GgufMetadata& metadata, const char* key,
                                      std::size_t tokens) {
    const GgufValue* value = metadata.find(key);
    if (value == nullptr) {
        return {};
    }
    auto numbers = value->as_numbers();
    if (!numbers || numbers->size() != tokens) {
        bad_file(Sentence(QL_TR("core", "It is not one number for each of the {} tokens."), tokens),
                 key);
    }
    return *std::move(numbers);
}

TokenType type_of(double number, std::size_t id) {
    if (!(number >= 1 && number <= 6) || number != std::floor(number)) {
        bad_file(Sentence(QL_TR("core", "Token {} is of the unknown type {}."), id, number),
                 "tokenizer.ggml.token_type");
    }
    return static_cast<TokenType>(static_cast<std::int32_t>(number));
}

void read_tokens(const GgufMetadata& metadata, Vocabulary& vocabulary) {
    constexpr const char* kTokens = "tokenizer.ggml.tokens";
    constexpr const char* kScores = "tokenizer.ggml.scores";
    const GgufValue* value = metadata.find(kTokens);
    auto texts = value == nullptr ? std::nullopt : value->as_strings();
    if (!texts || texts->empty()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no vocabulary.")), kTokens);
    }
    const auto types = numbers_of_tokens(metadata, "tokenizer.ggml.token_type", texts->size());
    const auto scores = numbers_of_tokens(metadata, kScores, texts->size());
    if (scores.empty() && vocabulary.kind == VocabularyKind::sentence_piece) {
        bad_file(Sentence(QL_TR("core", "The tokens have no scores, by which they are merged.")),
                 kScores);
    }
    for (std::size_t id = 0; id < texts->size(); ++id) {
        Token token{std::move((*texts)[id]), TokenType::normal, 0, true};
        if (!types.empty()) {
            token.type = type_of(types[id], id);
        } else if (is_byte_token(token.text)) {
            token.type = TokenType::byte;
        }
        token.score = scores.empty() ? 0 : static_cast<float>(scores[id]);
        if (!std::isfinite(token.score)) {
            bad_file(Sentence(QL_TR("core", "The score of token {} is not a finite number."), id),
                     kScores);
        }
        check_byte_token(token, id);
        vocabulary.tokens.push_back(std::move(token));
    }
}

void read_merges(const GgufMetadata& metadata, const IdsByText& ids, Vocabulary& vocabulary) {
    constexpr const char* kMerges = "tokenizer.ggml.merges";
    const GgufValue* value = metadata.find(kMerges);
    const auto merges = value == nullptr ? std::nullopt : value->as_strings();
    if (!merges) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no list of merges.")), kMerges);
    }
    for (const std::string& merge : *merges) {
        const std::size_t space = merge.find(' ', 1);
        if (space == std::string::npos) {
            bad_file(
                Sentence(QL_TR("core", "Merge {} is not two tokens."), vocabulary.merges.size()),
                kMerges);
        }
        vocabulary.add_merge(ids, merge.substr(0, space), merge.substr(space + 1));
    }
}

/// The id of a special token; `otherwise` where the file has none.
std::optional<std::int32_t> special_id(const GgufMetadata& metadata, const std::string& key,
                                       std::size_t tokens, std::optional<std::int32_t> otherwise) {
    const GgufValue* value = metadata.find(key);
    if (value == nullptr) {
        return otherwise && static_cast<std::size_t>(*otherwise) < tokens ? otherwise
                                                                          : std::nullopt;
    }
    const auto id = value->as_uint();
    if (!id || *id >= tokens) {
        bad_file(Sentence(QL_TR("core", "The id of a special token, {}, is not one of {} tokens."),
                          value->to_text(), tokens),
                 key.c_str());
    }
    return static_cast<std::int32_t>(*id);
}

bool flag(const GgufMetadata& metadata, const char* key, bool otherwise) {
    const GgufValue* value = metadata.find(key);
    return value == nullptr ? otherwise : value->as_bool().value_or(otherwise);
}

/// A file that does not say how text is split is refused, as llama.cpp's default splits most
/// models' text wrongly.
const PreTokenizer& pre_tokenizer_of(const GgufMetadata& metadata) {
    const std::string id = metadata.string("tokenizer.ggml.pre").value_or("");
    const PreTokenizer* known = find_pre_tokenizer(id);
    if (known == nullptr) {
        throw Error(
            ErrorCode::unsupported,
            id.empty() || id == "default"
                ? Sentence(QL_TR("core",
                                 "The file does not say how its tokenizer splits text; convert the "
                                 "model again with a newer program."))
                : Sentence(QL_TR("core",
                                 "The tokenizer splits text by the rule {}, which is not known "
                                 "here."),
                           in_quotes(id)),
            "tokenizer.ggml.pre");
    }
    return *known;
}

void read_byte_level(const GgufMetadata& metadata, const IdsByText& ids, TokenizerParts& parts) {
    const PreTokenizer& pre_tokenizer = pre_tokenizer_of(metadata);
    parts.steps = pre_tokenizer.steps;
    parts.ignore_merges = pre_tokenizer.ignore_merges;
    parts.add_bos = pre_tokenizer.add_bos;
    read_merges(metadata, ids, parts.vocabulary);
}

void read_sentence_piece(const GgufMetadata& metadata, const IdsByText& ids,
                         TokenizerParts& parts) {
    const bool prefix = flag(metadata, "tokenizer.ggml.add_space_prefix", true);
    parts.spaces.prefix = prefix ? SpacePrefix::every : SpacePrefix::never;
    parts.byte_fallback = true;
    parts.fuse_unknown = true;
    parts.unknown =
        special_id(metadata, "tokenizer.ggml.unknown_token_id", parts.vocabulary.tokens.size(), 0);
    parts.add_bos = true;
    add_merges_by_scores(parts, ids);
}

VocabularyKind kind_of(const GgufMetadata& metadata) {
    constexpr const char* kModel = "tokenizer.ggml.model";
    const std::string model = metadata.string(kModel).value_or("none");
    if (model == "none" || model == "no_vocab") {
        throw Error(ErrorCode::unsupported, Sentence(QL_TR("core", "The file has no tokenizer.")),
                    kModel);
    }
    if (model != "gpt2" && model != "llama") {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer is of the kind {}; known are gpt2 (byte-level "
                                   "BPE) and llama (SentencePiece BPE)."),
                             in_quotes(model)),
                    kModel);
    }
    return model == "gpt2" ? VocabularyKind::byte_level : VocabularyKind::sentence_piece;
}

/// Control and user-defined tokens are looked for in the text, as llama.cpp does.
std::vector<AddedToken> added_tokens(const std::vector<Token>& tokens) {
    std::vector<AddedToken> added;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const TokenType type = tokens[id].type;
        if (type == TokenType::control || type == TokenType::unknown ||
            type == TokenType::user_defined) {
            added.push_back(
                {.id = id, .text = tokens[id].text, .special = type != TokenType::user_defined});
        }
    }
    return added;
}

}  // namespace

TokenizerParts parts_of_gguf(const GgufMetadata& metadata) {
    TokenizerParts parts;
    parts.vocabulary.kind = kind_of(metadata);
    read_tokens(metadata, parts.vocabulary);
    const bool byte_level = parts.vocabulary.kind == VocabularyKind::byte_level;
    const std::size_t count = parts.vocabulary.tokens.size();
    const IdsByText ids = checked_ids(parts.vocabulary);
    if (byte_level) {
        read_byte_level(metadata, ids, parts);
    } else {
        read_sentence_piece(metadata, ids, parts);
    }
    parts.added = added_tokens(parts.vocabulary.tokens);
    const auto otherwise = [&](std::int32_t id) {
        return byte_level ? std::nullopt : std::optional(id);
    };
    parts.bos = special_id(metadata, "tokenizer.ggml.bos_token_id", count, otherwise(1));
    parts.eos = special_id(metadata, "tokenizer.ggml.eos_token_id", count, otherwise(2));
    parts.add_bos = flag(metadata, "tokenizer.ggml.add_bos_token", parts.add_bos);
    parts.add_eos = flag(metadata, "tokenizer.ggml.add_eos_token", false);
    return parts;
}

}  // namespace ql
