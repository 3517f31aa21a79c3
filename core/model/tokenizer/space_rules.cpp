// What a tokenizer.json of marked spaces does to text before merging: its normalizer and its
// pre-tokenizer may do one thing in several ways.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

namespace {

[[noreturn]] void refuse(const char* sentence, const nlohmann::json& step) {
    throw Error(ErrorCode::unsupported, Sentence(sentence, escaped(step.dump(), 200)),
                "tokenizer.json");
}

/// "Put a space in front" and "write spaces as ▁", alone or in a Sequence; refuses all others.
void read_normalizer(const nlohmann::json& normalizer, SpaceRules& rules, bool& marks_spaces) {
    const std::string type = json_text(normalizer, "type").value_or("?");
    if (type == "Sequence") {
        for (const nlohmann::json& step : json_member(normalizer, "normalizers")) {
            read_normalizer(step, rules, marks_spaces);
        }
    } else if (type == "Prepend" && json_text(normalizer, "prepend") == kSpaceMark) {
        rules.prefix = SpacePrefix::every;
    } else if (type == "Replace" && json_text(normalizer, "content") == kSpaceMark &&
               json_text(json_member(normalizer, "pattern"), "String") == " ") {
        marks_spaces = true;
    } else {
        refuse(QL_TR("core", "The tokenizer normalizes text in an unknown way: {}."), normalizer);
    }
}

SpacePrefix prefix_of(const nlohmann::json& metaspace) {
    const std::string scheme = json_text(metaspace, "prepend_scheme").value_or("always");
    const bool adds = json_bool(metaspace, "add_prefix_space").value_or(true);
    if (scheme == "never" || !adds) {
        return SpacePrefix::never;
    }
    return scheme == "first" ? SpacePrefix::first : SpacePrefix::every;
}

void read_pre_tokenizer(const nlohmann::json& pre_tokenizer, SpaceRules& rules,
                        bool& marks_spaces) {
    const std::string type = json_text(pre_tokenizer, "type").value_or("?");
    const bool splits_at_spaces =
        type == "Split" && json_text(json_member(pre_tokenizer, "pattern"), "String") == " ";
    if (type == "Metaspace" &&
        json_text(pre_tokenizer, "replacement").value_or(std::string(kSpaceMark)) == kSpaceMark) {
        if (rules.prefix == SpacePrefix::never) {  // else the normalizer has put one there
            rules.prefix = prefix_of(pre_tokenizer);
            rules.unless_there = true;
        }
        rules.words_apart = json_bool(pre_tokenizer, "split").value_or(true);
        marks_spaces = true;
    } else if (!splits_at_spaces || !marks_spaces) {  // no space is left to split at
        refuse(QL_TR("core", "The tokenizer splits text by an unknown rule: {}."), pre_tokenizer);
    }
}

}  // namespace

SpaceRules space_rules(const nlohmann::json& tokenizer) {
    SpaceRules rules;
    bool marks_spaces = false;
    const nlohmann::json& normalizer = json_member(tokenizer, "normalizer");
    if (!normalizer.is_null()) {
        read_normalizer(normalizer, rules, marks_spaces);
    }
    const nlohmann::json& pre_tokenizer = json_member(tokenizer, "pre_tokenizer");
    if (!pre_tokenizer.is_null()) {
        read_pre_tokenizer(pre_tokenizer, rules, marks_spaces);
    }
    if (!marks_spaces) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer is neither byte-level nor does it write spaces "
                                   "as ▁.")),
                    "tokenizer.json");
    }
    return rules;
}

}  // namespace ql
