// The files of a Hugging Face directory that describe its tokenizer. Not for use outside
// core/model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/model/tokenizer/vocabulary.h"

namespace ql {

bool is_there(const std::filesystem::path& path);

/// Throws Error(unsupported) if the directory's tokenizer is there in the slow form (vocab.json),
/// which does not say how text is split.
void refuse_slow_form(const std::filesystem::path& directory);

/// What the JSON files say; null where there is no such file.
struct TokenizerFiles {
    /// `model_config` is config.json; it must outlive this.
    TokenizerFiles(const std::filesystem::path& directory, const nlohmann::json& model_config);

    /// From all three places where they may stand; later ones win.
    std::vector<AddedToken> added_tokens() const;

    /// The id of a special token ("bos", "eos", "unk", "pad"), if there is one below `rows`.
    std::optional<std::uint64_t> special_id(const std::string& name, const IdsByText& ids,
                                            std::uint64_t rows) const;

    /// Whether BOS is put in front of every text (else: EOS behind it). `otherwise`: whether BOS is
    /// where no file says anything.
    bool adds(bool in_front, bool otherwise) const;

    nlohmann::json tokenizer;
    nlohmann::json added;
    nlohmann::json config;
    nlohmann::json generation;
    const nlohmann::json* model;
};

/// Puts added tokens into the vocabulary, as control or user-defined ones; those beyond `rows` are
/// left out with a note.
void add_tokens(const std::vector<AddedToken>& added, std::uint64_t rows, Vocabulary& vocabulary);

}  // namespace ql
