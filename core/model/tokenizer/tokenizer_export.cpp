#include "core/model/tokenizer_export.h"

#include <cstring>

#include <nlohmann/json.hpp>

#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

namespace {

using Json = nlohmann::ordered_json;

Json pre_tokenizer(const TokenizerParts& parts) {
    Json steps = Json::array();
    for (const SplitStep& step : parts.steps) {
        steps.push_back({{"type", "Split"},
                         {"pattern", {{"Regex", step.pattern}}},
                         {"behavior", step.keep_gaps ? "Isolated" : "Removed"},
                         {"invert", !step.keep_gaps}});
    }
    steps.push_back({{"type", "ByteLevel"},
                     {"add_prefix_space", false},
                     {"trim_offsets", true},
                     {"use_regex", false}});
    return {{"type", "Sequence"}, {"pretokenizers", std::move(steps)}};
}

Json special_in_template(const std::string& text) {
    return {{"SpecialToken", {{"id", text}, {"type_id", 0}}}};
}

/// What stands around every text.
Json post_processor(const TokenizerParts& parts) {
    const bool bos = parts.add_bos && parts.bos;
    const bool eos = parts.add_eos && parts.eos;
    if (!bos && !eos) {
        return {{"type", "ByteLevel"},
                {"add_prefix_space", true},
                {"trim_offsets", false},
                {"use_regex", true}};
    }
    Json single = Json::array();
    Json tokens = Json::object();
    const auto add = [&](std::int32_t id) {
        const std::string& text = parts.vocabulary.tokens[static_cast<std::size_t>(id)].text;
        single.push_back(special_in_template(text));
        tokens[text] = {{"id", text}, {"ids", {id}}, {"tokens", {text}}};
    };
    if (bos) {
        add(*parts.bos);
    }
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    if (eos) {
        add(*parts.eos);
    }
    Json pair = single;
    pair.push_back({{"Sequence", {{"id", "B"}, {"type_id", 1}}}});
    return {{"type", "TemplateProcessing"},
            {"single", std::move(single)},
            {"pair", std::move(pair)},
            {"special_tokens", std::move(tokens)}};
}

Json added_tokens(const TokenizerParts& parts) {
    Json added = Json::array();
    for (const AddedToken& token : parts.added) {
        added.push_back({{"id", token.id},
                         {"content", token.text},
                         {"single_word", token.whole_word},
                         {"lstrip", token.takes_left},
                         {"rstrip", token.takes_right},
                         {"normalized", token.normalized},
                         {"special", token.special}});
    }
    return added;
}

Json byte_level_model(const TokenizerParts& parts) {
    const std::vector<Token>& tokens = parts.vocabulary.tokens;
    nlohmann::json vocabulary = nlohmann::json::object();  // of many: not one that keeps an order
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        if (tokens[id].type != TokenType::unused) {
            vocabulary[tokens[id].text] = id;
        }
    }
    Json merges = Json::array();
    for (const MergeRule& merge : parts.vocabulary.merges) {
        merges.push_back({tokens[static_cast<std::size_t>(merge.left)].text,
                          tokens[static_cast<std::size_t>(merge.right)].text});
    }
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", parts.ignore_merges},
            {"vocab", std::move(vocabulary)},
            {"merges", std::move(merges)}};
}

std::string tokenizer_json(const TokenizerParts& parts) {
    const Json json = {{"version", "1.0"},
                       {"truncation", nullptr},
                       {"padding", nullptr},
                       {"added_tokens", added_tokens(parts)},
                       {"normalizer", parts.compose ? Json{{"type", "NFC"}} : Json()},
                       {"pre_tokenizer", pre_tokenizer(parts)},
                       {"post_processor", post_processor(parts)},
                       {"decoder",
                        {{"type", "ByteLevel"},
                         {"add_prefix_space", true},
                         {"trim_offsets", true},
                         {"use_regex", true}}},
                       {"model", byte_level_model(parts)}};
    return json.dump();
}

/// Fields of a protocol buffer, as tokenizer.model is one.
class ProtoWriter {
  public:
    void number(int field, std::uint64_t value) {
        tag(field, 0);
        varint(value);
    }
    void real(int field, float value) {
        tag(field, 5);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(int field, std::string_view value) {
        tag(field, 2);
        varint(value.size());
        bytes_.append(value);
    }
    const std::string& bytes() const { return bytes_; }

  private:
    void tag(int field, unsigned kind) { varint(static_cast<unsigned>(field) << 3 | kind); }
    void varint(std::uint64_t value) {
        for (; value > 127; value >>= 7) {
            bytes_ += static_cast<char>(value | 128);
        }
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

/// sentencepiece_model.proto of google/sentencepiece: the fields that loaders read.
std::string sentence_piece_model(const TokenizerParts& parts) {
    ProtoWriter model;
    for (const Token& token : parts.vocabulary.tokens) {
        ProtoWriter piece;
        piece.text(1, token.text);
        piece.real(2, token.score);
        piece.number(3, static_cast<std::uint64_t>(token.type));
        model.text(1, piece.bytes());
    }
    ProtoWriter trainer;
    constexpr std::uint64_t kBpe = 2;
    trainer.number(3, kBpe);
    trainer.number(4, parts.vocabulary.tokens.size());
    trainer.number(35, parts.byte_fallback ? 1 : 0);
    const auto id = [&](int field, std::optional<std::int32_t> value) {
        if (value) {
            trainer.number(field, static_cast<std::uint64_t>(*value));
        }
    };
    id(40, parts.unknown);
    id(41, parts.bos);
    id(42, parts.eos);
    model.text(2, trainer.bytes());
    ProtoWriter normalizer;
    normalizer.text(1, "identity");
    normalizer.number(3, parts.spaces.prefix != SpacePrefix::never ? 1 : 0);
    normalizer.number(4, 0);
    normalizer.number(5, 1);
    model.text(3, normalizer.bytes());
    return model.bytes();
}

std::string tokenizer_config(const GgufMetadata& metadata, const TokenizerParts& parts,
                             bool byte_level) {
    const bool gemma = metadata.string("general.architecture").value_or("").starts_with("gemma");
    Json config = {{"tokenizer_class", byte_level ? "PreTrainedTokenizerFast"
                                       : gemma    ? "GemmaTokenizer"
                                                  : "LlamaTokenizer"}};
    const auto add = [&](const char* key, std::optional<std::int32_t> id) {
        if (id) {
            config[key] = parts.vocabulary.tokens[static_cast<std::size_t>(*id)].text;
        }
    };
    add("bos_token", parts.bos);
    add("eos_token", parts.eos);
    add("unk_token", parts.unknown);
    config["add_bos_token"] = parts.add_bos;
    config["add_eos_token"] = parts.add_eos;
    if (!byte_level) {
        config["legacy"] = false;
        config["add_prefix_space"] = parts.spaces.prefix != SpacePrefix::never;
        Json added = Json::object();
        for (const AddedToken& token : parts.added) {
            added[std::to_string(token.id)] = {{"content", token.text}, {"lstrip", false},
                                               {"normalized", false},   {"rstrip", false},
                                               {"single_word", false},  {"special", token.special}};
        }
        config["added_tokens_decoder"] = std::move(added);
    }
    if (const auto text = metadata.string("tokenizer.chat_template")) {
        config["chat_template"] = *text;
    }
    return config.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::map<std::string, std::string> hugging_face_tokenizer(const GgufMetadata& metadata) {
    const std::string kind = metadata.string("tokenizer.ggml.model").value_or("none");
    if (kind == "none" || kind == "no_vocab") {
        return {};
    }
    const TokenizerParts parts = parts_of_gguf(metadata);
    const bool byte_level = parts.vocabulary.kind == VocabularyKind::byte_level;
    std::map<std::string, std::string> files;
    files["tokenizer_config.json"] = tokenizer_config(metadata, parts, byte_level);
    if (byte_level) {
        files["tokenizer.json"] = tokenizer_json(parts);
    } else {
        files["tokenizer.model"] = sentence_piece_model(parts);
    }
    return files;
}

}  // namespace ql
