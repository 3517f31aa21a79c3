// From text to ids, step by step. Not for use outside core/model.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/model/tokenizer/special_tokens.h"
#include "core/model/tokenizer/subwords.h"
#include "core/model/tokenizer/text_splitter.h"
#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

/// Finds added tokens, prepares what lies between them, splits it into words and cuts these into
/// tokens. Immutable.
class TextEncoder {
  public:
    explicit TextEncoder(const TokenizerParts& parts);

    /// Appends the ids of `text` (valid UTF-8).
    void encode(std::string_view text, bool parse_special, const Progress& progress,
                std::vector<std::int32_t>& ids) const;

  private:
    struct Job;
    void encode_byte_level(std::string_view text, Job& job) const;
    void encode_marked(std::string_view text, bool first, Job& job) const;
    void encode_words(std::string_view text, Job& job) const;
    std::string marked(std::string_view text, bool first) const;

    bool byte_level_;
    bool compose_;
    bool joins_spaces_;
    SpaceRules spaces_;
    bool cuts_words_;
    SpecialTokens before_;
    SpecialTokens after_;
    TextSplitter splitter_;
    Subwords subwords_;
};

}  // namespace ql
