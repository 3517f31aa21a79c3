// Vocabularies of tokenizer.json (model type BPE): byte-level, or SentencePiece with byte fallback.
#include <algorithm>
#include <limits>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/vocabulary.h"

namespace ql {

namespace {

constexpr std::string_view kFile = "tokenizer.json";
constexpr std::string_view kSpaceMark = "\u2581";

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

using Ids = std::unordered_map<std::string_view, std::size_t>;

Ids ids_of(const Vocabulary& vocabulary) {
    Ids ids;
    for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i) {
        if (vocabulary.tokens[i].present) {
            ids.emplace(vocabulary.tokens[i].text, i);
        }
    }
    return ids;
}

std::vector<Merge> read_merges(const nlohmann::json& model, const Ids& ids) {
    const nlohmann::json& list = json_member(model, "merges");
    if (!list.is_array()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no list of merges.")));
    }
    std::vector<Merge> merges;
    for (std::size_t i = 0; i < list.size(); ++i) {
        Merge merge = merge_of(list[i], i);
        for (const std::string& part : {merge.left, merge.right, merge.left + merge.right}) {
            if (!ids.contains(part)) {
                bad_file(
                    Sentence(QL_TR("core", "Merge {} names {}, which is not in the vocabulary."), i,
                             in_quotes(part)));
            }
        }
        merges.push_back(std::move(merge));
    }
    return merges;
}

void require_plain_bpe(const nlohmann::json& model) {
    const std::string type = json_text(model, "type").value_or("BPE");
    if (type != "BPE") {
        unsupported(
            Sentence(QL_TR("core", "The tokenizer is of type {}; only BPE can be written to GGUF."),
                     in_quotes(type)));
    }
    for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
        if (!json_text(model, key).value_or("").empty()) {
            unsupported(
                Sentence(QL_TR("core", "The tokenizer uses {}, which GGUF cannot express."), key));
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

void read_byte_level(const nlohmann::json& tokenizer, Vocabulary& vocabulary) {
    vocabulary.kind = VocabularyKind::byte_level;
    vocabulary.pre_tokenizer = pre_tokenizer_id(tokenizer);
    require_known_normalizer(tokenizer, vocabulary);
    for (const Merge& merge : read_merges(tokenizer["model"], ids_of(vocabulary))) {
        if (merge.left.find(' ') != std::string::npos ||
            merge.right.find(' ') != std::string::npos) {
            unsupported(Sentence(QL_TR("core", "A merge of {} and {} cannot be written to GGUF."),
                                 in_quotes(merge.left), in_quotes(merge.right)));
        }
        vocabulary.merges.push_back(merge.left + " " + merge.right);
    }
}

bool is_byte_token(std::string_view text) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    return text.size() == 6 && text.starts_with("<0x") && text.ends_with('>') && hex(text[3]) &&
           hex(text[4]);
}

/// SentencePiece merges the pair whose joined token has the highest score, Hugging Face the pair
/// that stands first in the list. Both agree when a token's score falls with its first merge, and
/// all merges into one token stand together, as in every list made from a SentencePiece model.
void score_by_merges(const std::vector<Merge>& merges, Vocabulary& vocabulary) {
    const Ids ids = ids_of(vocabulary);
    std::vector<bool> seen(vocabulary.tokens.size());
    std::size_t previous = std::numeric_limits<std::size_t>::max();
    std::size_t rank = 0;
    for (const Merge& merge : merges) {
        const std::size_t id = ids.at(merge.left + merge.right);
        if (id == previous) {
            continue;
        }
        if (seen[id]) {
            unsupported(
                Sentence(QL_TR("core",
                               "The merges of this tokenizer do not follow from scores, which "
                               "GGUF needs for it; a tokenizer.model file would help.")));
        }
        seen[id] = true;
        previous = id;
        vocabulary.tokens[id].score = -static_cast<float>(rank++);
    }
}

/// Whether the normalizer puts a space in front of the text: a Prepend step, alone or in a
/// Sequence.
bool prepends_space(const nlohmann::json& normalizer) {
    if (json_text(normalizer, "type") == "Sequence") {
        const nlohmann::json& steps = json_member(normalizer, "normalizers");
        return std::any_of(steps.begin(), steps.end(), prepends_space);
    }
    return json_text(normalizer, "type") == "Prepend" &&
           json_text(normalizer, "prepend") == kSpaceMark;
}

/// Refuses every normalizer but "put a space in front" and "write spaces as ▁".
void require_space_normalizer(const nlohmann::json& normalizer) {
    const std::string type = json_text(normalizer, "type").value_or("?");
    if (normalizer.is_null() || (type == "Prepend" && prepends_space(normalizer))) {
        return;
    }
    if (type == "Sequence") {
        for (const nlohmann::json& step : json_member(normalizer, "normalizers")) {
            require_space_normalizer(step);
        }
        return;
    }
    if (type != "Replace" || json_text(json_member(normalizer, "pattern"), "String") != " " ||
        json_text(normalizer, "content") != kSpaceMark) {
        unsupported(Sentence(QL_TR("core",
                                   "The tokenizer normalizes text in a way that llama.cpp does not "
                                   "do: {}."),
                             escaped(normalizer.dump(), 200)));
    }
}

/// Whether a space is put in front; refuses pre-tokenizers that cut text at more than spaces.
bool pre_tokenizer_adds_space(const nlohmann::json& pre_tokenizer) {
    const std::string type = json_text(pre_tokenizer, "type").value_or("?");
    if (type == "Metaspace") {
        return json_text(pre_tokenizer, "prepend_scheme").value_or("always") != "never";
    }
    const bool splits_at_spaces =
        type == "Split" && json_text(json_member(pre_tokenizer, "pattern"), "String") == " ";
    if (!pre_tokenizer.is_null() && !splits_at_spaces) {
        unsupported(Sentence(
            QL_TR("core", "The tokenizer splits text in a way that llama.cpp does not: {}."),
            escaped(pre_tokenizer.dump(), 200)));
    }
    return false;
}

void read_byte_fallback(const nlohmann::json& tokenizer, Vocabulary& vocabulary) {
    const nlohmann::json& model = tokenizer["model"];
    vocabulary.kind = VocabularyKind::sentence_piece;
    vocabulary.pre_tokenizer = "default";
    require_space_normalizer(json_member(tokenizer, "normalizer"));
    vocabulary.add_space_prefix =
        pre_tokenizer_adds_space(json_member(tokenizer, "pre_tokenizer")) ||
        prepends_space(json_member(tokenizer, "normalizer"));
    score_by_merges(read_merges(model, ids_of(vocabulary)), vocabulary);
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

Vocabulary read_tokenizer_json(const nlohmann::json& tokenizer, std::uint64_t rows) {
    const nlohmann::json& model = json_member(tokenizer, "model");
    if (!model.is_object()) {
        bad_file(Sentence(QL_TR("core", "The tokenizer has no model.")));
    }
    require_plain_bpe(model);
    Vocabulary vocabulary;
    read_vocabulary(model, rows, vocabulary);
    if (is_byte_level(tokenizer)) {
        read_byte_level(tokenizer, vocabulary);
    } else if (json_bool(model, "byte_fallback").value_or(false)) {
        read_byte_fallback(tokenizer, vocabulary);
    } else {
        unsupported(Sentence(QL_TR("core",
                                   "The tokenizer is neither byte-level nor falls back to bytes; "
                                   "GGUF cannot express it.")));
    }
    return vocabulary;
}

}  // namespace ql
