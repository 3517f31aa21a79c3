// Finding the pre-tokenizer of a tokenizer.json in the list of those that llama.cpp has built in.
#include <array>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/vocabulary.h"

namespace ql {

namespace {

constexpr std::string_view kGpt2 = "gpt2";        // the pattern built into ByteLevel
constexpr std::string_view kDigits = "digits";    // every digit alone
constexpr std::string_view kSplit = "split ";     // + the regular expression
constexpr std::string_view kNothing = "nothing";  // bytes only

// Patterns as tokenizer.json files spell them.
#define QL_WORDS "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
#define QL_REST "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define QL_UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define QL_LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define QL_CONTRACTION "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
#define QL_CASED(tail)                                                                         \
    "[^\\r\\n\\p{L}\\p{N}]?" QL_UPPER "*" QL_LOWER "+" tail "|[^\\r\\n\\p{L}\\p{N}]?" QL_UPPER \
    "+" QL_LOWER "*" tail
#define QL_CASED_REST "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/// One built-in pre-tokenizer: its steps, joined by newlines, and whether words that are tokens
/// skip the merges, which llama.cpp ties to the id.
struct Known {
    std::string_view id;
    std::string_view steps;
    bool ignore_merges;
};

constexpr std::array kKnown = {
    Known{"gpt-2", "gpt2", false},
    Known{"smollm", "digits\ngpt2", false},
    Known{"llama-bpe", "split " QL_WORDS "|\\p{N}{1,3}" QL_REST, true},
    Known{"dbrx", "split " QL_WORDS "|\\p{N}{1,3}" QL_REST, false},
    Known{"qwen2", "split " QL_WORDS "|\\p{N}" QL_REST, false},
    Known{"tekken", "split " QL_CASED("") "|\\p{N}" QL_CASED_REST, true},
    Known{"gpt-4o", "split " QL_CASED(QL_CONTRACTION) "|\\p{N}{1,3}" QL_CASED_REST, false},
    Known{"deepseek-coder",
          "split [\r\n]\nsplit \\s?\\p{L}+\nsplit \\s?\\p{P}+\nsplit "
          "[一-龥ࠀ-一가-퟿]+\ndigits",
          false},
    Known{"deepseek-v3",
          "split \\p{N}{1,3}\nsplit [一-龥぀-ゟ゠-ヿ]+\nsplit "
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
          "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
          false},
};

#undef QL_WORDS
#undef QL_REST
#undef QL_UPPER
#undef QL_LOWER
#undef QL_CONTRACTION
#undef QL_CASED
#undef QL_CASED_REST

[[noreturn]] void refuse(std::string_view what) {
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "The tokenizer splits text by a rule that llama.cpp is not known to "
                               "have: {}; a GGUF file would tokenize differently."),
                         what),
                "tokenizer.json");
}

std::string split_step(const nlohmann::json& split) {
    const auto regex = json_text(json_member(split, "pattern"), "Regex");
    const auto behavior = json_text(split, "behavior");
    const bool invert = json_bool(split, "invert").value_or(false);
    // "Removed" with invert keeps the matches, which is the same for patterns that match
    // everything.
    const bool isolated = (behavior == "Isolated" && !invert) || (behavior == "Removed" && invert);
    if (!regex || !isolated) {
        refuse(escaped(split.dump(), 300));
    }
    return std::string(kSplit) + *regex;
}

std::string byte_level_step(const nlohmann::json& byte_level) {
    if (json_bool(byte_level, "add_prefix_space").value_or(true)) {
        refuse("ByteLevel, add_prefix_space");
    }
    return std::string(json_bool(byte_level, "use_regex").value_or(true) ? kGpt2 : kNothing);
}

void collect_steps(const nlohmann::json& step, std::vector<std::string>& steps) {
    const std::string type = json_text(step, "type").value_or("?");
    if (type == "Sequence") {
        for (const nlohmann::json& inner : json_member(step, "pretokenizers")) {
            collect_steps(inner, steps);
        }
    } else if (type == "Split") {
        steps.push_back(split_step(step));
    } else if (type == "Digits" && json_bool(step, "individual_digits").value_or(false)) {
        steps.emplace_back(kDigits);
    } else if (type == "ByteLevel") {
        steps.push_back(byte_level_step(step));
    } else {
        refuse(escaped(step.dump(), 300));
    }
}

}  // namespace

std::string pre_tokenizer_id(const nlohmann::json& tokenizer) {
    std::vector<std::string> steps;
    collect_steps(json_member(tokenizer, "pre_tokenizer"), steps);
    std::erase(steps, kNothing);
    std::string joined;
    for (const std::string& step : steps) {
        joined += (joined.empty() ? "" : "\n") + step;
    }
    const bool ignore_merges =
        json_bool(json_member(tokenizer, "model"), "ignore_merges").value_or(false);
    for (const Known& known : kKnown) {
        if (known.steps == joined && known.ignore_merges == ignore_merges) {
            return std::string(known.id);
        }
    }
    refuse(fmt::format("{}{}", escaped(joined, 300), ignore_merges ? " (ignore_merges)" : ""));
}

}  // namespace ql
