// Words to ids. Not for use outside core/model.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/model/tokenizer/merges.h"
#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

/// What encoding one text works with: buffers, and the words it has met.
struct SubwordWork {
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view word) const {
            return std::hash<std::string_view>()(word);
        }
    };
    Merger merger;
    std::vector<std::int32_t> symbols;
    std::unordered_map<std::string, std::vector<std::int32_t>, Hash, std::equal_to<>> words;
};

/// Cuts words into tokens: bytes or characters first, then merged by the rules. Immutable.
class Subwords {
  public:
    explicit Subwords(const TokenizerParts& parts);

    /// Appends the ids of a word to `ids`. Unknown characters are fused with one that stands before
    /// them at or behind `start` of `ids`. Throws Error(unsupported) for a character that the
    /// vocabulary has no token for, Error(cancelled).
    void append(std::string_view word, std::size_t start, SubwordWork& work,
                const Progress& progress, std::vector<std::int32_t>& ids) const;

  private:
    void add_words(const std::vector<Token>& tokens);
    void add_bytes(const TokenizerParts& parts);
    void add_characters(const TokenizerParts& parts);
    void encode(std::string_view word, SubwordWork& work, const Progress& progress) const;
    void begin_with_bytes(std::string_view word, std::vector<std::int32_t>& symbols) const;
    void begin_with_characters(std::string_view word, std::vector<std::int32_t>& symbols) const;
    void fall_back(std::string_view character, std::vector<std::int32_t>& symbols) const;
    void replace_strays(std::vector<std::int32_t>& symbols) const;

    bool byte_level_;
    MergeTable merges_;
    std::int32_t tokens_;  // ids from here on are strays
    std::vector<std::string> strays_;
    std::int32_t unknown_;
    bool fuse_unknown_;
    std::array<std::int32_t, 256> bytes_{};
    std::unordered_map<std::uint32_t, std::int32_t> characters_;
    std::unordered_map<std::string, std::int32_t, SubwordWork::Hash, std::equal_to<>> words_;
};

}  // namespace ql
