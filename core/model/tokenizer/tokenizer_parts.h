// A tokenizer as its files describe it, whatever their form. Not for use outside core/model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/files/gguf.h"
#include "core/model/tokenizer/pre_tokenizer.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

struct TokenizerParts {
    Vocabulary vocabulary;          ///< with all merges, also those that follow from scores
    std::vector<AddedToken> added;  ///< of one id each

    // Byte-level only.
    std::vector<SplitStep> steps;
    bool ignore_merges = false;  ///< words that are tokens skip the merges
    bool compose = false;        ///< text is brought into normalization form C first

    // With marked spaces only.
    SpaceRules spaces;
    bool joins_spaces = false;  ///< several spaces count as one, those at the ends as none
    bool byte_fallback = false;
    std::optional<std::int32_t> unknown;
    bool fuse_unknown = false;        ///< one unknown token for several characters in a row
    std::vector<std::string> strays;  ///< characters inside tokens that are none; ids go on here

    std::optional<std::int32_t> bos;
    std::optional<std::int32_t> eos;
    bool add_bos = false;
    bool add_eos = false;
};

/// Of a directory in Hugging Face form: tokenizer.json, else tokenizer.model; `config` is
/// config.json, `rows` the rows of the embedding. Throws Error.
TokenizerParts parts_of_directory(const std::filesystem::path& directory,
                                  const nlohmann::json& config, std::uint64_t rows);

/// Of the tokenizer.ggml.* keys. Throws Error.
TokenizerParts parts_of_gguf(const GgufMetadata& metadata);

/// Fills in the merges that SentencePiece finds by scores: two pieces whose texts together are a
/// token, the one with the highest score first.
void add_merges_by_scores(TokenizerParts& parts, const IdsByText& ids);

}  // namespace ql
