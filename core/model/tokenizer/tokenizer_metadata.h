#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/error.h"
#include "core/files/gguf.h"

namespace ql {

/// The tokenizer of a Hugging Face directory as the `tokenizer.*` keys of a GGUF file.
struct TokenizerMetadata {
    GgufMetadata keys;
    std::vector<Sentence> notes;  ///< where llama.cpp will not tokenize exactly as the original
};

/// Reads tokenizer.model or tokenizer.json with what stands beside them (added tokens, special ids,
/// chat template; the template is carried over as text and never evaluated). `config` is
/// config.json, `rows` the number of rows of the embedding: the vocabulary is padded to it with
/// unused tokens. A directory without a tokenizer gives the model "none". Throws Error(bad_file)
/// for a file that breaks its rules and Error(unsupported) for a tokenizer that GGUF cannot
/// express: splitting text differently from the original would be silently wrong.
TokenizerMetadata tokenizer_metadata(const std::filesystem::path& directory,
                                     const nlohmann::json& config, std::uint64_t rows);

}  // namespace ql
