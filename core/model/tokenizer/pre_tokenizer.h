// How byte-level tokenizers split text into words before merging. Not for use outside core/model.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace ql {

/// One step of splitting: every match of a regular expression becomes a piece of its own.
struct SplitStep {
    std::string pattern;
    bool keep_gaps = true;  ///< what lies between the matches is kept, too
    bool operator==(const SplitStep&) const = default;
};

/// A pre-tokenizer that llama.cpp has built in, and what it ties to its id.
struct PreTokenizer {
    std::string_view id;
    std::vector<SplitStep> steps;
    bool ignore_merges = false;  ///< words that are tokens skip the merges
    bool add_bos = false;        ///< unless the file says something else
};

/// By its id or by another name for it (tokenizer.ggml.pre); null if unknown.
const PreTokenizer* find_pre_tokenizer(std::string_view id);

/// The steps of a byte-level tokenizer.json, each working on the pieces of the one before. Throws
/// Error(unsupported) that shows a rule of another kind.
std::vector<SplitStep> split_steps(const nlohmann::json& tokenizer);

/// llama.cpp's id for how tokenizer.json splits text. Throws Error(unsupported) that shows the rule
/// when llama.cpp is not known to have it.
std::string pre_tokenizer_id(const nlohmann::json& tokenizer);

}  // namespace ql
