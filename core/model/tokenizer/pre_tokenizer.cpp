#include "core/model/tokenizer/pre_tokenizer.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

namespace {

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

// The pattern built into ByteLevel.
constexpr const char* kGpt2 =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
constexpr const char* kDigit = "\\p{N}";

/// The one table: it names the rule of a tokenizer.json, and splits text for the name in a GGUF.
const std::vector<PreTokenizer>& known_pre_tokenizers() {
    static const std::vector<PreTokenizer> known = {
        {"gpt-2", {{kGpt2}}, false, false},
        {"smollm", {{kDigit}, {kGpt2}}, false, false},
        {"llama-bpe", {{QL_WORDS "|\\p{N}{1,3}" QL_REST}}, true, true},
        {"dbrx", {{QL_WORDS "|\\p{N}{1,3}" QL_REST}}, false, false},
        {"qwen2", {{QL_WORDS "|\\p{N}" QL_REST}}, false, false},
        {"tekken", {{QL_CASED("") "|\\p{N}" QL_CASED_REST}}, true, true},
        {"gpt-4o", {{QL_CASED(QL_CONTRACTION) "|\\p{N}{1,3}" QL_CASED_REST}}, false, false},
        {"deepseek-coder",
         {{"[\r\n]"}, {"\\s?\\p{L}+"}, {"\\s?\\p{P}+"}, {"[一-龥ࠀ-一가-퟿]+"}, {kDigit}},
         false,
         false},
        {"deepseek-v3",
         {{"\\p{N}{1,3}"},
          {"[一-龥぀-ゟ゠-ヿ]+"},
          {"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?"
           "[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
         false,
         false},
    };
    return known;
}

#undef QL_WORDS
#undef QL_REST
#undef QL_UPPER
#undef QL_LOWER
#undef QL_CONTRACTION
#undef QL_CASED
#undef QL_CASED_REST

/// Names under which llama.cpp knows the same rule, for models of the architectures known here.
struct Alias {
    std::string_view name;
    std::string_view id;
};
constexpr std::array kAliases = {
    Alias{"llama3", "llama-bpe"},       Alias{"llama-v3", "llama-bpe"},
    Alias{"falcon3", "llama-bpe"},      Alias{"pixtral", "llama-bpe"},
    Alias{"midm-2.0", "llama-bpe"},     Alias{"smaug-bpe", "dbrx"},
    Alias{"deepseek-r1-qwen", "qwen2"}, Alias{"kormo", "qwen2"},
    Alias{"stablelm2", "qwen2"},        Alias{"phi-2", "gpt-2"},
    Alias{"gigachat", "gpt-2"},         Alias{"a.x-4.0", "gpt-2"},
    Alias{"mellum", "gpt-2"},           Alias{"starcoder", "smollm"},
    Alias{"refact", "smollm"},          Alias{"command-r", "smollm"},
    Alias{"codeshell", "smollm"},       Alias{"llama4", "gpt-4o"},
};

[[noreturn]] void refuse_step(std::string_view what) {
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core", "The tokenizer splits text by an unknown rule: {}."), what),
                "tokenizer.json");
}

SplitStep split_step(const nlohmann::json& split) {
    const auto regex = json_text(json_member(split, "pattern"), "Regex");
    const auto behavior = json_text(split, "behavior");
    const bool invert = json_bool(split, "invert").value_or(false);
    const bool isolated = behavior == "Isolated" && !invert;
    const bool only_matches = behavior == "Removed" && invert;
    if (!regex || !(isolated || only_matches)) {
        refuse_step(escaped(split.dump(), 300));
    }
    return {*regex, isolated};
}

void collect_steps(const nlohmann::json& step, std::vector<SplitStep>& steps) {
    const std::string type = json_text(step, "type").value_or("?");
    if (type == "Sequence") {
        for (const nlohmann::json& inner : json_member(step, "pretokenizers")) {
            collect_steps(inner, steps);
        }
    } else if (type == "Split") {
        steps.push_back(split_step(step));
    } else if (type == "Digits" && json_bool(step, "individual_digits").value_or(false)) {
        steps.push_back({kDigit});
    } else if (type == "ByteLevel" && json_bool(step, "add_prefix_space").value_or(true)) {
        refuse_step("ByteLevel, add_prefix_space");
    } else if (type != "ByteLevel") {
        refuse_step(escaped(step.dump(), 300));
    } else if (json_bool(step, "use_regex").value_or(true)) {
        steps.push_back({kGpt2});
    }
}

/// The same patterns; whether gaps are kept makes no difference for those that match everything,
/// as all known single-step rules do.
bool same_patterns(const std::vector<SplitStep>& steps, const std::vector<SplitStep>& known) {
    return std::equal(steps.begin(), steps.end(), known.begin(), known.end(),
                      [&](const SplitStep& a, const SplitStep& b) {
                          return a.pattern == b.pattern && (a.keep_gaps || known.size() == 1);
                      });
}

}  // namespace

const PreTokenizer* find_pre_tokenizer(std::string_view id) {
    const auto alias = std::find_if(kAliases.begin(), kAliases.end(),
                                    [&](const Alias& entry) { return entry.name == id; });
    const std::string_view wanted = alias == kAliases.end() ? id : alias->id;
    const std::vector<PreTokenizer>& known = known_pre_tokenizers();
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const PreTokenizer& entry) { return entry.id == wanted; });
    return found == known.end() ? nullptr : &*found;
}

std::vector<SplitStep> split_steps(const nlohmann::json& tokenizer) {
    std::vector<SplitStep> steps;
    collect_steps(json_member(tokenizer, "pre_tokenizer"), steps);
    return steps;
}

std::string pre_tokenizer_id(const nlohmann::json& tokenizer) {
    const std::vector<SplitStep> steps = split_steps(tokenizer);
    const bool ignore_merges =
        json_bool(json_member(tokenizer, "model"), "ignore_merges").value_or(false);
    for (const PreTokenizer& known : known_pre_tokenizers()) {
        if (same_patterns(steps, known.steps) && known.ignore_merges == ignore_merges) {
            return std::string(known.id);
        }
    }
    std::string joined;
    for (const SplitStep& step : steps) {
        joined += (joined.empty() ? "" : "\n") + step.pattern;
    }
    const std::string rule =
        fmt::format("{}{}", escaped(joined, 300), ignore_merges ? " (ignore_merges)" : "");
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "The tokenizer splits text by a rule that llama.cpp is not known to "
                               "have: {}; a GGUF file would tokenize differently."),
                         rule),
                "tokenizer.json");
}

}  // namespace ql
