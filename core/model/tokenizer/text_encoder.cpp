#include "core/model/tokenizer/text_encoder.h"

#include <algorithm>

#include "core/model/tokenizer/unicode.h"

namespace ql {

namespace {

constexpr std::size_t kWordsPerCheck = 4096;

/// Whether no token continues over the front of a space. Words can then be merged one by one: short
/// ones, which come again.
bool words_are_apart(const std::vector<Token>& tokens) {
    return std::none_of(tokens.begin(), tokens.end(), [](const Token& token) {
        std::string_view rest = token.text;
        while (rest.starts_with(kSpaceMark)) {
            rest.remove_prefix(kSpaceMark.size());
        }
        return rest.find(kSpaceMark) != std::string_view::npos;
    });
}

/// Added tokens that are looked for in the text as it is, or only once it was normalized.
std::vector<AddedToken> added_tokens(const TokenizerParts& parts, bool once_normalized) {
    std::vector<AddedToken> tokens;
    for (const AddedToken& token : parts.added) {
        if (token.normalized == once_normalized) {
            tokens.push_back(token);
            if (once_normalized && parts.compose) {
                tokens.back().text = composed(token.text).value_or(token.text);
            }
        }
    }
    return tokens;
}

/// What SentencePiece does to extra spaces: several count as one, those at the ends as none.
std::string with_spaces_joined(std::string_view text) {
    std::string joined;
    for (const char c : text) {
        if (c != ' ' || (!joined.empty() && joined.back() != ' ')) {
            joined.push_back(c);
        }
    }
    if (joined.ends_with(' ')) {
        joined.pop_back();
    }
    return joined;
}

/// Bytes of the word that `text` begins with: up to a space that something else stands in front of
/// or, if every space begins a word, up to any.
std::size_t word_length(std::string_view text, bool every_space) {
    std::size_t at = 0;
    while (text.substr(at).starts_with(kSpaceMark)) {
        at += kSpaceMark.size();
        if (every_space) {
            break;
        }
    }
    return std::min(text.find(kSpaceMark, std::max<std::size_t>(at, 1)), text.size());
}

}  // namespace

/// One text being encoded.
struct TextEncoder::Job {
    bool parse_special;
    std::vector<std::int32_t>& ids;
    Progress progress;  // of the part between two added tokens
    SubwordWork work;
};

TextEncoder::TextEncoder(const TokenizerParts& parts)
    : byte_level_(parts.vocabulary.kind == VocabularyKind::byte_level),
      compose_(parts.compose),
      joins_spaces_(parts.joins_spaces),
      spaces_(parts.spaces),
      cuts_words_(parts.spaces.words_apart || words_are_apart(parts.vocabulary.tokens)),
      before_(added_tokens(parts, false)),
      after_(added_tokens(parts, true)),
      splitter_(parts.steps),
      subwords_(parts) {}

void TextEncoder::encode(std::string_view text, bool parse_special, const Progress& progress,
                         std::vector<std::int32_t>& ids) const {
    Job job{parse_special, ids, {}, {}};
    before_.split(
        text, parse_special, progress,
        [&](std::string_view part) {
            const auto begin = static_cast<std::size_t>(part.data() - text.data());
            const auto share = [&](std::size_t byte) {
                return static_cast<double>(byte) / static_cast<double>(text.size());
            };
            job.progress = progress.part(share(begin), share(begin + part.size()));
            if (byte_level_) {
                encode_byte_level(part, job);
            } else {
                encode_marked(part, begin == 0, job);
            }
        },
        [&](std::int32_t id) { ids.push_back(id); });
}

void TextEncoder::encode_byte_level(std::string_view text, Job& job) const {
    const auto normalized = compose_ ? composed(text) : std::nullopt;
    after_.split(
        normalized ? *normalized : text, job.parse_special, job.progress,
        [&](std::string_view part) {
            const std::size_t start = job.ids.size();
            splitter_.split(part, job.progress, [&](std::string_view word) {
                subwords_.append(word, start, job.work, job.progress, job.ids);
            });
        },
        [&](std::int32_t id) { job.ids.push_back(id); });
}

std::string TextEncoder::marked(std::string_view text, bool first) const {
    const bool wanted =
        spaces_.prefix == SpacePrefix::every || (spaces_.prefix == SpacePrefix::first && first);
    const bool there = text.starts_with(' ') || text.starts_with(kSpaceMark);
    std::string result(wanted && !(spaces_.unless_there && there) ? kSpaceMark : "");
    for (const char c : text) {
        if (c == ' ') {
            result += kSpaceMark;
        } else {
            result.push_back(c);
        }
    }
    return result;
}

void TextEncoder::encode_marked(std::string_view text, bool first, Job& job) const {
    const std::string joined = joins_spaces_ ? with_spaces_joined(text) : std::string();
    if (joins_spaces_ && joined.empty()) {
        return;
    }
    const std::string prepared = marked(joins_spaces_ ? joined : text, first);
    after_.split(
        prepared, job.parse_special, job.progress,
        [&](std::string_view part) { encode_words(part, job); },
        [&](std::int32_t id) { job.ids.push_back(id); });
}

void TextEncoder::encode_words(std::string_view text, Job& job) const {
    const std::size_t start = job.ids.size();
    std::size_t words = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t length =
            cuts_words_ ? word_length(rest, spaces_.words_apart) : rest.size();
        subwords_.append(rest.substr(0, length), start, job.work, job.progress, job.ids);
        rest.remove_prefix(length);
        if (++words % kWordsPerCheck == 0) {
            job.progress.check();
            job.progress.report(1 - static_cast<double>(rest.size()) /
                                        static_cast<double>(text.size()));
        }
    }
}

}  // namespace ql
