// SentencePiece's BPE written as rules for pairs, so that one way of merging serves all tokenizers.
// The library itself would need a model put together by hand for a GGUF file's vocabulary, refuses
// some of those (no byte tokens, no unknown token), and hides what else is needed of a model file.
#include <algorithm>

#include "core/files/escape.h"
#include "core/model/tokenizer/tokenizer_parts.h"

namespace ql {

namespace {

/// Whether merging can give this token: the others stand for no text of their own.
bool is_piece(const Token& token) {
    return token.present &&
           (token.type == TokenType::normal || token.type == TokenType::user_defined ||
            token.type == TokenType::unused);
}

/// Ranks by score, the highest first; equal scores share a rank.
std::vector<std::uint32_t> ranks_of(const std::vector<Token>& tokens) {
    std::vector<std::size_t> order(tokens.size());
    for (std::size_t id = 0; id < order.size(); ++id) {
        order[id] = id;
    }
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return tokens[a].score > tokens[b].score; });
    std::vector<std::uint32_t> ranks(tokens.size());
    for (std::size_t i = 1; i < order.size(); ++i) {
        const bool lower = tokens[order[i]].score < tokens[order[i - 1]].score;
        ranks[order[i]] = ranks[order[i - 1]] + (lower ? 1 : 0);
    }
    return ranks;
}

/// Symbols by text: pieces, and characters that are part of pieces without being one.
class Symbols {
  public:
    Symbols(TokenizerParts& parts, const IdsByText& ids) : parts_(parts), ids_(ids) {}

    std::optional<std::int32_t> find(std::string_view text) {
        const auto token = ids_.find(text);
        if (token != ids_.end() &&
            is_piece(parts_.vocabulary.tokens[static_cast<std::size_t>(token->second)])) {
            return token->second;
        }
        if (utf8_character(text) != text.size()) {
            return std::nullopt;
        }
        const auto next = parts_.vocabulary.tokens.size() + parts_.strays.size();
        const auto [stray, added] =
            strays_.emplace(std::string(text), static_cast<std::int32_t>(next));
        if (added) {
            parts_.strays.emplace_back(text);
        }
        return stray->second;
    }

  private:
    TokenizerParts& parts_;
    const IdsByText& ids_;
    std::unordered_map<std::string, std::int32_t> strays_;
};

}  // namespace

void add_merges_by_scores(TokenizerParts& parts, const IdsByText& ids) {
    const std::vector<Token>& tokens = parts.vocabulary.tokens;
    const std::vector<std::uint32_t> ranks = ranks_of(tokens);
    Symbols symbols(parts, ids);
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        if (!is_piece(tokens[id])) {
            continue;
        }
        const std::string_view text = tokens[id].text;
        for (std::size_t cut = utf8_character(text); cut < text.size();
             cut += utf8_character(text.substr(cut))) {
            const auto left = symbols.find(text.substr(0, cut));
            const auto right = left ? symbols.find(text.substr(cut)) : std::nullopt;
            if (right) {
                parts.vocabulary.merges.push_back(
                    {*left, *right, static_cast<std::int32_t>(id), ranks[id]});
            }
        }
    }
}

}  // namespace ql
