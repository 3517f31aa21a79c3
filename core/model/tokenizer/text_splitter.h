// Regular expressions of tokenizers, through ICU. Not for use outside core/model.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <unicode/regex.h>

#include "core/base/progress.h"
#include "core/model/tokenizer/pre_tokenizer.h"

namespace ql {

/// Splits text into words, step by step: every step splits the pieces of the one before, and sees
/// nothing beyond the piece. Immutable; may be used by several threads at once.
class TextSplitter {
  public:
    /// Compiles the patterns. Throws Error(unsupported) for what is no regular expression, or has a
    /// part that ICU is not known to read as the tokenizers library does.
    explicit TextSplitter(std::span<const SplitStep> steps);

    using Word = std::function<void(std::string_view word)>;

    /// Calls `word` for every word of `text` (valid UTF-8, below 2 GB), in order. Throws
    /// Error(limit) where a pattern takes too many steps or too much memory, as patterns can be
    /// made to do.
    void split(std::string_view text, const Progress& progress, const Word& word) const;

  private:
    struct Step {
        std::unique_ptr<const icu::RegexPattern> pattern;
        bool keep_gaps;
    };
    std::vector<Step> steps_;
};

}  // namespace ql
