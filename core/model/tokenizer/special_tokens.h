// Tokens that are looked for in the text itself. Not for use outside core/model.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

/// Finds added tokens in text: at every place the longest, from left to right, as the tokenizers
/// library does. (llama.cpp looks for the longest token in the whole text first, which differs only
/// where two of them overlap without one holding the other.)
class SpecialTokens {
  public:
    explicit SpecialTokens(std::vector<AddedToken> tokens);

    using Text = std::function<void(std::string_view text)>;
    using Found = std::function<void(std::int32_t id)>;

    /// Calls `text` for what lies between the tokens (never empty) and `found` for each token, in
    /// order. Special ones count only if `parse_special`.
    void split(std::string_view whole, bool parse_special, const Progress& progress,
               const Text& text, const Found& found) const;

  private:
    const AddedToken* longest(std::string_view text, bool parse_special) const;

    std::vector<AddedToken> tokens_;             // sorted by text
    std::array<std::span<AddedToken>, 256> by_;  // by first byte
};

}  // namespace ql
