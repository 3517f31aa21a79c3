#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/base/progress.h"
#include "core/files/gguf.h"
#include "core/model/model.h"

namespace ql {

struct TokenizeOptions {
    bool add_special = true;     ///< BOS and EOS where the model wants them
    bool parse_special = false;  ///< the texts of control tokens stand for these tokens
};

/// Turns text into token ids and back: byte-level BPE ("gpt2" in GGUF) and BPE of characters with
/// marked spaces (SentencePiece; "llama" in GGUF). From tokenizer.json it gives the ids of the
/// tokenizers library, from tokenizer.model those of SentencePiece, from GGUF those of llama.cpp.
/// Immutable; may be used by several threads at once.
class Tokenizer {
  public:
    /// Of a model: the tokenizer.ggml.* keys of a GGUF file, else tokenizer.json or tokenizer.model
    /// beside the weights. Throws Error(unsupported) if there is none or it does something that is
    /// not known here, Error(bad_file) if its file breaks the rules.
    static std::shared_ptr<const Tokenizer> of(const Model& model);
    /// Of a directory in Hugging Face form. `config` is config.json; ids are below `rows`, the rows
    /// of the embedding.
    static std::shared_ptr<const Tokenizer> of_directory(const std::filesystem::path& directory,
                                                         const nlohmann::json& config,
                                                         std::uint64_t rows);
    static std::shared_ptr<const Tokenizer> of_gguf(const GgufMetadata& metadata);
    ~Tokenizer();

    /// The ids of a text of at most 1 GB. A byte that is not UTF-8 counts as U+FFFD, as in
    /// llama.cpp and SentencePiece. Added tokens that are not special are always found in the text.
    /// Throws Error(unsupported) for a character that the vocabulary cannot express, Error(limit)
    /// where splitting takes too long, and Error(cancelled).
    std::vector<std::int32_t> encode(std::string_view text, const TokenizeOptions& options = {},
                                     const Progress& progress = {}) const;

    /// The bytes that ids stand for (not UTF-8 where they end inside a character), control tokens
    /// as their names, without the space that encode puts in front. Throws Error(usage) for an id
    /// outside the vocabulary.
    std::string decode(std::span<const std::int32_t> ids) const;

    std::size_t size() const;  ///< of the vocabulary
    bool byte_level() const;   ///< else BPE of characters with marked spaces
    /// The text of a token as the vocabulary spells it, and the bytes it stands for. Throw
    /// Error(usage).
    std::string_view text(std::int32_t id) const;
    std::string_view piece(std::int32_t id) const;
    bool is_control(std::int32_t id) const;

    std::optional<std::int32_t> bos() const;
    std::optional<std::int32_t> eos() const;
    bool adds_bos() const;  ///< by default
    bool adds_eos() const;

  private:
    struct Impl;
    explicit Tokenizer(std::unique_ptr<const Impl> impl);
    std::unique_ptr<const Impl> impl_;
};

}  // namespace ql
