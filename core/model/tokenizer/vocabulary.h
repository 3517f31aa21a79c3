// What the readers of tokenizer files hand to Tokenizer and to tokenizer_metadata. Not for use
// outside core/model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/error.h"

namespace ql {

/// How SentencePiece writes a space.
constexpr std::string_view kSpaceMark = "\u2581";

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

/// A token that stands beside the model proper, and is looked for in the text itself.
struct AddedToken {
    std::uint64_t id = 0;
    std::string text;
    bool special = false;
    bool takes_left = false;   ///< white space in front belongs to it ("lstrip")
    bool takes_right = false;  ///< white space behind belongs to it ("rstrip")
    bool whole_word = false;   ///< not inside a word ("single_word")
    bool normalized = false;   ///< looked for after the text was normalized
};

/// Two neighbours that become one token. Rules apply in the order of `rank`, lowest first; among
/// equal ones the leftmost place in the word.
struct MergeRule {
    std::int32_t left = 0;
    std::int32_t right = 0;
    std::int32_t merged = 0;
    std::uint32_t rank = 0;
};

/// Ids by text, of the tokens that are present.
using IdsByText = std::unordered_map<std::string_view, std::int32_t>;

enum class VocabularyKind {
    byte_level,      ///< byte-level BPE with merges ("gpt2" in GGUF)
    sentence_piece,  ///< BPE of characters with marked spaces ("llama" in GGUF)
};

struct Vocabulary {
    VocabularyKind kind = VocabularyKind::byte_level;
    std::string pre_tokenizer;      ///< id that llama.cpp knows
    std::vector<Token> tokens;      ///< in id order
    std::vector<MergeRule> merges;  ///< where a file lists them, in its order
    std::optional<bool> add_space_prefix;
    std::vector<Sentence> notes;

    /// Gives token `id` its text; throws Error(bad_file) if it has one already or if `id` is not
    /// below `rows`, the rows of the embedding.
    void place(std::uint64_t id, Token token, std::uint64_t rows);

    /// Appends the merge of two tokens; throws Error(bad_file) if one of the three is missing.
    void add_merge(const IdsByText& ids, const std::string& left, const std::string& right);
};

/// The ids of all tokens; refuses two tokens of the same text, and text that is not UTF-8 or very
/// long. Refers to the texts, which must stay where they are.
IdsByText checked_ids(const Vocabulary& vocabulary);

/// `text` with spaces instead of marks.
std::string with_plain_spaces(std::string_view text);

/// Whether a text has the form of a byte token: "<0x0A>".
bool is_byte_token(std::string_view text);
/// The byte of a text of that form.
char byte_of_token(std::string_view text);
/// Throws Error(bad_file) if token `id` is of type byte without naming one.
void check_byte_token(const Token& token, std::size_t id);

/// Whether tokenizer.json describes a byte-level BPE.
bool is_byte_level(const nlohmann::json& tokenizer);

/// Tokens, kind and merges of a tokenizer.json of model type BPE, without its added tokens. Throws
/// Error.
Vocabulary read_bpe_model(const nlohmann::json& tokenizer, std::uint64_t rows);

/// The same with what GGUF needs beside it: the pre-tokenizer's id, or scores. Throws
/// Error(unsupported) for what GGUF cannot express.
Vocabulary read_tokenizer_json(const nlohmann::json& tokenizer, std::uint64_t rows);

/// What a SentencePiece model holds.
struct SentencePieceModel {
    Vocabulary vocabulary;
    bool maps_characters = false;  ///< characters are replaced before text is split
    bool joins_spaces = true;      ///< several spaces count as one, those at the ends as none
};

/// Reads a tokenizer.model of type BPE. Throws Error.
SentencePieceModel read_sentence_piece(const std::filesystem::path& path, std::uint64_t rows);

/// Where text gets a space in front before it is cut into pieces.
enum class SpacePrefix {
    never,
    first,  ///< at its beginning
    every,  ///< also behind every token that was looked for in the text
};

/// How a tokenizer of marked spaces prepares text.
struct SpaceRules {
    SpacePrefix prefix = SpacePrefix::never;
    bool unless_there = false;  ///< no prefix where the text begins with a space
    bool words_apart = false;   ///< merges never cross the front of a space
};

/// The rules of a tokenizer.json that is not byte-level. Throws Error(unsupported) if it does more
/// to the text.
SpaceRules space_rules(const nlohmann::json& tokenizer);

/// The value of `key` if `object` is an object that has it with that type.
std::optional<std::string> json_text(const nlohmann::json& object, std::string_view key);
std::optional<bool> json_bool(const nlohmann::json& object, std::string_view key);
/// An unsigned integer of at most 2^31 - 1.
std::optional<std::uint64_t> json_id(const nlohmann::json& object, std::string_view key);
/// The member `key`, or a null value.
const nlohmann::json& json_member(const nlohmann::json& object, std::string_view key);

}  // namespace ql
