// Vocabularies of tokenizer.json (model type BPE): byte-level, or SentencePiece with byte fallback.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/tokenizer/pre_tokenizer.h"
#include "core/model/tokenizer/vocabulary.h"

namespace ql {

namespace {

constexpr std::string_view kFile = "tokenizer.json";

[[noreturn]] void bad_file(const Sentence& sentence) {
    throw Error(ErrorCode::bad_file, sentence, std::string(kFile));
}

[[noreturn]] void unsupported(const Sentence& sentence) {
    throw Error(ErrorCode::unsupported, sentence, std::string(kFile));
}

struct Merge {
    std::string left;
    std::string right;
};

Merge merge_of(const nlohmann::json& value, std::size_t number) {
    if (value.is_string()) {
        const std::string& text = value.get_ref<const std::string&>();
        const std::size_t space = text.find(' ');
        if (space != std::string::npos && text.find(' ', space + 1) == std::string::npos) {
            return {text.substr(0, space), text.substr(space + 1)};
        }
    } else if (value.is_array() && value.size() == 2 && value[0].is_string() &&
               value[1].is_string()) {
        return {value[0].get<std::string>(), value[1].get<std::string>()};
    }
    bad_file(Sentence(QL_TR("core", "Merge {} is not two tokens."), number));
}

void read_merges(const nlohmann::json& model, Vocabulary& vocabulary) {
    const nlohmann::json& list = json_member(model, "merges");
    if (!list.is_array()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no list of merges.")));
    }
    const IdsByText ids = checked_ids(vocabulary);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Merge merge = merge_of(list[i], i);
        vocabulary.add_merge(ids, merge.left, merge.right);
    }
}

void require_plain_bpe(const nlohmann::json& model) {
    const std::string type = json_text(model, "type").value_or("BPE");
    if (type != "BPE") {
        unsupported(Sentence(QL_TR("core", "The tokenizer is of type {}; only BPE is known."),
                             in_quotes(type)));
    }
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!json_text(model, key).value_or("").empty()) {
            unsupported(
                Sentence(QL_TR("core", "The tokenizer uses {}, which is not known here."), key));
        }
    }
}

void read_vocabulary(const nlohmann::json& model, std::uint64_t rows, Vocabulary& vocabulary) {
    const nlohmann::json& entries = json_member(model, "vocab");
    if (!entries.is_object() || entries.empty()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no vocabulary.")));
    }
    for (const auto& [text, value] : entries.items()) {
        if (!value.is_number_unsigned()) {
            bad_file(Sentence(QL_TR("core", "The id of token {} is not a number from 0 on."),
                              in_quotes(text)));
        }
        vocabulary.place(value.get<std::uint64_t>(), {text, TokenType::normal, 0, true}, rows);
    }
}

void require_known_normalizer(const nlohmann::json& tokenizer, Vocabulary& vocabulary) {
    const nlohmann::json& normalizer = json_member(tokenizer, "normalizer");
    if (normalizer.is_null()) {
        return;
    }
    if (json_text(normalizer, "type") != "NFC") {
        unsupported(Sentence(QL_TR("core",
                                   "The tokenizer normalizes text in a way that llama.cpp does not "
                                   "do: {}."),
                             escaped(normalizer.dump(), 200)));
    }
    vocabulary.notes.emplace_back(
        QL_TR("core",
              "The tokenizer composes characters (NFC) before it splits text; llama.cpp does "
              "not. Text that is already composed, as nearly all is, gives the same tokens."));
}

void prepare_byte_level(const nlohmann::json& tokenizer, Vocabulary& vocabulary) {
    vocabulary.pre_tokenizer = pre_tokenizer_id(tokenizer);
    require_known_normalizer(tokenizer, vocabulary);
    for (const MergeRule& merge : vocabulary.merges) {
        const std::string& left = vocabulary.tokens[static_cast<std::size_t>(merge.left)].text;
        const std::string& right = vocabulary.tokens[static_cast<std::size_t>(merge.right)].text;
        if (left.find(' ') != std::string::npos || right.find(' ') != std::string::npos) {
            unsupported(Sentence(QL_TR("core", "A merge of {} and {} cannot be written to GGUF."),
                                 in_quotes(left), in_quotes(right)));
        }
    }
}

/// SentencePiece merges the pair whose joined token has the highest score, Hugging Face the pair
/// that stands first in the list. Both agree when a token's score falls with its first merge, and
/// all merges into one token stand together, as in every list made from a SentencePiece model.
void score_by_merges(Vocabulary& vocabulary) {
    std::vector<bool> seen(vocabulary.tokens.size());
    std::int32_t previous = -1;
    std::size_t rank = 0;
    for (const MergeRule& merge : vocabulary.merges) {
        if (merge.merged == previous) {
            continue;
        }
        const auto id = static_cast<std::size_t>(merge.merged);
        if (seen[id]) {
            unsupported(
                Sentence(QL_TR("core",
                               "The merges of this tokenizer do not follow from scores, which "
                               "GGUF needs for it; a tokenizer.model file would help.")));
        }
        seen[id] = true;
        previous = merge.merged;
        vocabulary.tokens[id].score = -static_cast<float>(rank++);
    }
}

void prepare_byte_fallback(const nlohmann::json& tokenizer, Vocabulary& vocabulary) {
    vocabulary.pre_tokenizer = "default";
    vocabulary.add_space_prefix = space_rules(tokenizer).prefix != SpacePrefix::never;
    score_by_merges(vocabulary);
}

void set_types(const nlohmann::json& model, Vocabulary& vocabulary) {
    const std::string unknown = json_text(model, "unk_token").value_or("");
    for (Token& token : vocabulary.tokens) {
        if (is_byte_token(token.text)) {
            token.type = TokenType::byte;
        } else if (token.present && token.text == unknown) {
            token.type = TokenType::unknown;
        }
    }
}

bool has_byte_level(const nlohmann::json& step) {
    if (json_text(step, "type") == "Sequence") {
        const nlohmann::json& steps = json_member(step, "pretokenizers");
        return std::any_of(steps.begin(), steps.end(), has_byte_level);
    }
    return json_text(step, "type") == "ByteLevel";
}

}  // namespace

bool is_byte_level(const nlohmann::json& tokenizer) {
    return has_byte_level(json_member(tokenizer, "pre_tokenizer"));
}

Vocabulary read_bpe_model(const nlohmann::json& tokenizer, std::uint64_t rows) {
    const nlohmann::json& model = json_member(tokenizer, "model");
    if (!model.is_object()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no model.")));
    }
    require_plain_bpe(model);
    Vocabulary vocabulary;
    read_vocabulary(model, rows, vocabulary);
    read_merges(model, vocabulary);
    if (!is_byte_level(tokenizer)) {
        vocabulary.kind = VocabularyKind::sentence_piece;
        set_types(model, vocabulary);
    }
    return vocabulary;
}

Vocabulary read_tokenizer_json(const nlohmann::json& tokenizer, std::uint64_t rows) {
    Vocabulary vocabulary = read_bpe_model(tokenizer, rows);
    if (vocabulary.kind == VocabularyKind::byte_level) {
        prepare_byte_level(tokenizer, vocabulary);
    } else if (json_bool(tokenizer["model"], "byte_fallback").value_or(false)) {
        prepare_byte_fallback(tokenizer, vocabulary);
    } else {
        unsupported(Sentence(QL_TR("core",
                                   "The tokenizer is neither byte-level nor falls back to bytes; "
                                   "GGUF cannot express it.")));
    }
    return vocabulary;
}

}  // namespace ql
