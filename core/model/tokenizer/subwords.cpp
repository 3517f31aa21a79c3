#include "core/model/tokenizer/subwords.h"

#include <algorithm>
#include <cstring>

#include "core/files/escape.h"
#include "core/model/tokenizer/byte_alphabet.h"

namespace ql {

namespace {

constexpr std::int32_t kNone = -1;
constexpr std::size_t kMaxKnownWord = 64;        // longer words hardly come twice
constexpr std::size_t kMaxKnownWords = 1 << 16;  // some MB

/// The bytes of a UTF-8 character as a number.
std::uint32_t packed(std::string_view character) {
    std::uint32_t value = 0;
    std::memcpy(&value, character.data(), std::min(character.size(), sizeof(value)));
    return value;
}

std::size_t symbols_of(const TokenizerParts& parts) {
    return parts.vocabulary.tokens.size() + parts.strays.size();
}

}  // namespace

Subwords::Subwords(const TokenizerParts& parts)
    : byte_level_(parts.vocabulary.kind == VocabularyKind::byte_level),
      merges_(parts.vocabulary.merges, symbols_of(parts)),
      tokens_(static_cast<std::int32_t>(parts.vocabulary.tokens.size())),
      strays_(parts.strays),
      unknown_(parts.unknown.value_or(kNone)),
      fuse_unknown_(parts.fuse_unknown) {
    bytes_.fill(kNone);
    if (parts.ignore_merges) {
        add_words(parts.vocabulary.tokens);
    }
    if (byte_level_ || parts.byte_fallback) {
        add_bytes(parts);
    }
    if (!byte_level_) {
        add_characters(parts);
    }
}

void Subwords::add_words(const std::vector<Token>& tokens) {
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        const Token& token = tokens[id];
        if (!token.present || token.type != TokenType::normal) {
            continue;
        }
        if (auto bytes = bytes_of_characters(token.text)) {
            words_.emplace(*std::move(bytes), static_cast<std::int32_t>(id));
        }
    }
}

void Subwords::add_bytes(const TokenizerParts& parts) {
    for (std::size_t id = 0; id < parts.vocabulary.tokens.size(); ++id) {
        const Token& token = parts.vocabulary.tokens[id];
        std::string bytes;
        if (!byte_level_ && token.type == TokenType::byte) {
            bytes = byte_of_token(token.text);
        } else if (byte_level_ && token.type == TokenType::normal && token.text.size() <= 2) {
            bytes = bytes_of_characters(token.text).value_or("");
        }
        if (bytes.size() == 1) {
            bytes_[static_cast<unsigned char>(bytes.front())] = static_cast<std::int32_t>(id);
        }
    }
}

void Subwords::add_characters(const TokenizerParts& parts) {
    for (std::size_t id = 0; id < parts.vocabulary.tokens.size(); ++id) {
        const Token& token = parts.vocabulary.tokens[id];
        const bool special = token.type == TokenType::control || token.type == TokenType::unknown;
        if (!special && !token.text.empty() && utf8_character(token.text) == token.text.size()) {
            characters_.emplace(packed(token.text), static_cast<std::int32_t>(id));
        }
    }
    for (std::size_t i = 0; i < strays_.size(); ++i) {
        characters_.emplace(packed(strays_[i]), tokens_ + static_cast<std::int32_t>(i));
    }
}

void Subwords::append(std::string_view word, std::size_t start, SubwordWork& work,
                      const Progress& progress, std::vector<std::int32_t>& ids) const {
    const std::vector<std::int32_t>* symbols = &work.symbols;
    const bool worth_knowing = word.size() <= kMaxKnownWord;
    const auto known = worth_knowing ? work.words.find(word) : work.words.end();
    if (known != work.words.end()) {
        symbols = &known->second;
    } else {
        encode(word, work, progress);
        if (worth_knowing && work.words.size() < kMaxKnownWords) {
            work.words.emplace(word, work.symbols);
        }
    }
    for (const std::int32_t id : *symbols) {
        const bool fused =
            fuse_unknown_ && id == unknown_ && ids.size() > start && ids.back() == unknown_;
        if (!fused) {
            ids.push_back(id);
        }
    }
}

void Subwords::encode(std::string_view word, SubwordWork& work, const Progress& progress) const {
    work.symbols.clear();
    if (const auto whole = words_.find(word); whole != words_.end()) {
        work.symbols.push_back(whole->second);
        return;
    }
    if (byte_level_) {
        begin_with_bytes(word, work.symbols);
    } else {
        begin_with_characters(word, work.symbols);
    }
    work.merger.merge(merges_, work.symbols, progress);
    if (!strays_.empty()) {
        replace_strays(work.symbols);
    }
}

void Subwords::begin_with_bytes(std::string_view word, std::vector<std::int32_t>& symbols) const {
    for (const char c : word) {
        const std::int32_t id = bytes_[static_cast<unsigned char>(c)];
        if (id == kNone) {
            throw Error(
                ErrorCode::unsupported,
                Sentence(QL_TR("core", "The tokenizer has no token for a byte of {} in the text."),
                         in_quotes(word)),
                "tokenizer");
        }
        symbols.push_back(id);
    }
}

void Subwords::begin_with_characters(std::string_view word,
                                     std::vector<std::int32_t>& symbols) const {
    while (!word.empty()) {
        const std::string_view character = word.substr(0, utf8_character(word));
        const auto found = characters_.find(packed(character));
        if (found != characters_.end()) {
            symbols.push_back(found->second);
        } else {
            fall_back(character, symbols);
        }
        word.remove_prefix(character.size());
    }
}

/// The tokens of its bytes if all of them exist, else the unknown token.
void Subwords::fall_back(std::string_view character, std::vector<std::int32_t>& symbols) const {
    const auto id_of = [this](char c) { return bytes_[static_cast<unsigned char>(c)]; };
    if (std::none_of(character.begin(), character.end(),
                     [&](char c) { return id_of(c) == kNone; })) {
        std::transform(character.begin(), character.end(), std::back_inserter(symbols), id_of);
        return;
    }
    if (unknown_ == kNone) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer has neither a token for {} in the text nor one "
                                   "for unknown characters."),
                             in_quotes(character)),
                    "tokenizer");
    }
    symbols.push_back(unknown_);
}

void Subwords::replace_strays(std::vector<std::int32_t>& symbols) const {
    std::vector<std::int32_t> replaced;
    for (const std::int32_t symbol : symbols) {
        if (symbol < tokens_) {
            replaced.push_back(symbol);
        } else {
            fall_back(strays_[static_cast<std::size_t>(symbol - tokens_)], replaced);
        }
    }
    symbols = std::move(replaced);
}

}  // namespace ql
