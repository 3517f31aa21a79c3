#include "core/model/tokenizer/special_tokens.h"

#include <algorithm>

#include "core/model/tokenizer/unicode.h"

namespace ql {

namespace {

constexpr std::size_t kPlacesPerCheck = 1 << 12;  // each may be compared with a long token

bool stands_alone(std::string_view whole, std::size_t begin, std::size_t end) {
    return !ends_in_word(whole.substr(0, begin)) && !begins_in_word(whole.substr(end));
}

}  // namespace

SpecialTokens::SpecialTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
    std::erase_if(tokens_, [](const AddedToken& token) { return token.text.empty(); });
    std::stable_sort(tokens_.begin(), tokens_.end(),
                     [](const AddedToken& a, const AddedToken& b) { return a.text < b.text; });
    // Different texts may have become the same when they were normalized: the lowest id stays.
    const auto same = [](const AddedToken& a, const AddedToken& b) { return a.text == b.text; };
    tokens_.erase(std::unique(tokens_.begin(), tokens_.end(), same), tokens_.end());
    for (auto begin = tokens_.begin(); begin != tokens_.end();) {
        const char first = begin->text.front();
        const auto end = std::find_if(begin, tokens_.end(), [&](const AddedToken& token) {
            return token.text.front() != first;
        });
        by_[static_cast<unsigned char>(first)] = {begin, end};
        begin = end;
    }
}

const AddedToken* SpecialTokens::longest(std::string_view text, bool parse_special) const {
    const AddedToken* best = nullptr;
    std::span<const AddedToken> left = by_[static_cast<unsigned char>(text.front())];
    // All of `left` begin with the first `length` bytes of the text; a token that is no longer than
    // that comes first.
    for (std::size_t length = 1; !left.empty(); ++length) {
        if (left.front().text.size() == length) {
            best = parse_special || !left.front().special ? &left.front() : best;
            left = left.subspan(1);
        }
        if (length == text.size()) {
            break;
        }
        const auto at = [length](const AddedToken& token) {
            return static_cast<unsigned char>(token.text[length]);
        };
        const auto next = static_cast<unsigned char>(text[length]);
        const auto begin = std::partition_point(
            left.begin(), left.end(), [&](const AddedToken& token) { return at(token) < next; });
        left = {begin, std::partition_point(begin, left.end(), [&](const AddedToken& token) {
                    return at(token) == next;
                })};
    }
    return best;
}

void SpecialTokens::split(std::string_view whole, bool parse_special, const Progress& progress,
                          const Text& text, const Found& found) const {
    std::size_t done = 0;
    std::size_t places = 0;
    for (std::size_t at = 0; at < whole.size();) {
        if (places++ % kPlacesPerCheck == 0) {
            progress.check();
        }
        const bool possible = !by_[static_cast<unsigned char>(whole[at])].empty();
        const AddedToken* token = possible ? longest(whole.substr(at), parse_special) : nullptr;
        if (token == nullptr) {
            ++at;
            continue;
        }
        std::size_t begin = at;
        std::size_t end = at + token->text.size();
        at = end;
        if (token->whole_word && !stands_alone(whole, begin, end)) {
            continue;
        }
        if (token->takes_left) {
            begin -= trailing_space(whole.substr(done, begin - done));
        }
        if (token->takes_right) {
            end += leading_space(whole.substr(end));
        }
        if (begin > done) {
            text(whole.substr(done, begin - done));
        }
        found(static_cast<std::int32_t>(token->id));
        done = at = end;
    }
    if (done < whole.size()) {
        text(whole.substr(done));
    }
}

}  // namespace ql
