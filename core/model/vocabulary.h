// What the readers of tokenizer files hand to tokenizer_metadata. Not for use outside core/model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/error.h"

namespace ql {

/// Kinds of tokens, numbered as in GGUF (and in SentencePiece models).
enum class TokenType : std::int32_t {
    normal = 1,
    unknown = 2,
    control = 3,
    user_defined = 4,
    unused = 5,
    byte = 6,
};

struct Token {
    std::string text;
    TokenType type = TokenType::normal;
    float score = 0;
    bool present = false;  ///< false: no file names this id
};

/// A token that stands beside the model proper.
struct AddedToken {
    std::uint64_t id = 0;
    std::string text;
    bool special = false;
};

enum class VocabularyKind {
    byte_level,      ///< byte-level BPE with merges ("gpt2" in GGUF)
    sentence_piece,  ///< SentencePiece BPE with scores ("llama" in GGUF)
};

struct Vocabulary {
    VocabularyKind kind = VocabularyKind::byte_level;
    std::string pre_tokenizer;        ///< id that llama.cpp knows
    std::vector<Token> tokens;        ///< in id order
    std::vector<std::string> merges;  ///< "left right", byte_level only
    std::optional<bool> add_space_prefix;
    std::vector<Sentence> notes;

    /// Gives token `id` its text; throws Error(bad_file) if it has one already or if `id` is not
    /// below `rows`, the rows of the embedding.
    void place(std::uint64_t id, Token token, std::uint64_t rows);
};

/// Whether tokenizer.json describes a byte-level BPE.
bool is_byte_level(const nlohmann::json& tokenizer);

/// The vocabulary of a tokenizer.json of model type BPE, byte-level or with byte fallback; without
/// its added tokens. Throws Error.
Vocabulary read_tokenizer_json(const nlohmann::json& tokenizer, std::uint64_t rows);

/// The vocabulary of a SentencePiece tokenizer.model of type BPE. Throws Error.
Vocabulary read_sentence_piece(const std::filesystem::path& path, std::uint64_t rows);

/// llama.cpp's id for how tokenizer.json splits text before merging. Throws Error(unsupported) that
/// shows the rule when llama.cpp is not known to have it.
std::string pre_tokenizer_id(const nlohmann::json& tokenizer);

/// The value of `key` if `object` is an object that has it with that type.
std::optional<std::string> json_text(const nlohmann::json& object, std::string_view key);
std::optional<bool> json_bool(const nlohmann::json& object, std::string_view key);
/// An unsigned integer of at most 2^31 - 1.
std::optional<std::uint64_t> json_id(const nlohmann::json& object, std::string_view key);
/// The member `key`, or a null value.
const nlohmann::json& json_member(const nlohmann::json& object, std::string_view key);

}  // namespace ql
