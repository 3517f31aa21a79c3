#include "core/model/tokenizer/text_splitter.h"

#include <algorithm>

#include "core/files/escape.h"

namespace ql {

namespace {

constexpr std::int32_t kStackBytes = 8 << 20;  // of one match, on the heap
constexpr std::int32_t kBaseTime = 1000;  // of one match, each some 10,000 states to go back to
constexpr int kWordsPerCheck = 4096;

/// Whether the escape `c` means the same to ICU and to Oniguruma, which the tokenizers library
/// uses. The sets \w and \h differ; so do the anchors.
bool is_common_escape(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return !letter || std::string_view("pPsSdDrntfvxu").find(c) != std::string_view::npos;
}

/// Refuses parts of regular expressions that the two read differently: those escapes, a set minus
/// another, and {m,n}+, which is possessive in ICU but a repetition in Oniguruma.
void require_common_syntax(std::string_view pattern) {
    std::string_view odd;
    for (std::size_t i = 0; i < pattern.size() && odd.empty(); ++i) {
        const std::string_view rest = pattern.substr(i);
        if (rest.front() == '\\' && rest.size() > 1) {
            odd = is_common_escape(rest[1]) ? odd : rest.substr(0, 2);
            ++i;  // an escaped backslash escapes nothing
            if (rest.starts_with("\\p{") || rest.starts_with("\\P{")) {
                i += std::min(rest.find('}'), rest.size()) - 1;  // its brace is no quantifier's
            }
        } else if (rest.starts_with("}+") || rest.starts_with("--")) {
            odd = rest.substr(0, 2);
        }
    }
    if (!odd.empty()) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer splits text by a regular expression with {}, "
                                   "which is not known here."),
                             in_quotes(odd)),
                    "tokenizer");
    }
}

std::unique_ptr<const icu::RegexPattern> compile(const std::string& pattern) {
    require_common_syntax(pattern);
    UErrorCode status = U_ZERO_ERROR;
    UParseError place{};
    // Lines as in Oniguruma: ^ and $ match at every one, and only \n ends one.
    std::unique_ptr<const icu::RegexPattern> compiled(
        icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(pattern),
                                   UREGEX_MULTILINE | UREGEX_UNIX_LINES, place, status));
    if (U_FAILURE(status)) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The tokenizer splits text by {}, which is not a regular "
                                   "expression that is known here ({})."),
                             in_quotes(pattern), u_errorName(status)),
                    "tokenizer");
    }
    return compiled;
}

void require(UErrorCode status) {
    if (U_FAILURE(status)) {
        throw Error(ErrorCode::limit,
                    Sentence(QL_TR("core",
                                   "Splitting the text by the tokenizer's regular expression "
                                   "takes too long or too much memory ({})."),
                             u_errorName(status)),
                    "tokenizer");
    }
}

/// One text being split. Pieces are ranges of UTF-16 units, in which ICU matches; as they come in
/// order, their places in the UTF-8 text are counted along.
class Splitting {
  public:
    Splitting(std::string_view text, const Progress& progress, const TextSplitter::Word& word)
        : text_(text),
          utf16_(icu::UnicodeString::fromUTF8(
              icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())))),
          units_(utf16_.getBuffer()),
          progress_(progress),
          word_(word) {}

    void add_step(const icu::RegexPattern& pattern, bool keep_gaps) {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::RegexMatcher> matcher(pattern.matcher(utf16_, status));
        require(status);
        matcher->setStackLimit(kStackBytes, status);
        matcher->setTimeLimit(kBaseTime + utf16_.length() / 1000, status);
        matcher->setMatchCallback(goes_on, &progress_, status);
        matcher->setFindProgressCallback(goes_on_finding, &progress_, status);
        require(status);
        steps_.push_back({std::move(matcher), keep_gaps});
    }

    void run() { split(0, 0, utf16_.length()); }

  private:
    struct Step {
        std::unique_ptr<icu::RegexMatcher> matcher;
        bool keep_gaps;
    };

    // ICU asks now and then, inside a match and while it looks for the next one.
    static UBool U_CALLCONV goes_on(const void* progress, std::int32_t /*steps*/) {
        return !static_cast<const Progress*>(progress)->cancelled();
    }
    static UBool U_CALLCONV goes_on_finding(const void* progress, std::int64_t /*place*/) {
        return !static_cast<const Progress*>(progress)->cancelled();
    }

    void split(std::size_t number, std::int32_t begin, std::int32_t end) {
        if (begin == end) {
            return;
        }
        if (number == steps_.size()) {
            emit(begin, end);
            return;
        }
        icu::RegexMatcher& matcher = *steps_[number].matcher;
        UErrorCode status = U_ZERO_ERROR;
        matcher.region(begin, end, status);
        std::int32_t done = begin;
        while (matcher.find(status) != 0 && U_SUCCESS(status)) {
            const std::int32_t match = matcher.start(status);
            const std::int32_t match_end = matcher.end(status);
            if (steps_[number].keep_gaps) {
                split(number + 1, done, match);
            }
            split(number + 1, match, match_end);
            done = match_end;
        }
        if (status == U_REGEX_STOPPED_BY_CALLER) {
            progress_.check();
        }
        require(status);
        if (steps_[number].keep_gaps) {
            split(number + 1, done, end);
        }
    }

    void emit(std::int32_t begin, std::int32_t end) {
        advance(begin);
        const std::size_t first = byte_;
        advance(end);
        if (++words_ % kWordsPerCheck == 0) {
            progress_.check();
            progress_.report(static_cast<double>(byte_) / static_cast<double>(text_.size()));
        }
        word_(text_.substr(first, byte_ - first));
    }

    void advance(std::int32_t unit) {
        for (; unit_ < unit; ++unit_) {
            const char16_t c = units_[unit_];
            // Each half of a surrogate pair counts for two of its four bytes.
            byte_ += c < 0x80 ? 1 : c < 0x800 || U16_IS_SURROGATE(c) ? 2 : 3;
        }
    }

    std::string_view text_;
    icu::UnicodeString utf16_;
    const char16_t* units_;
    const Progress& progress_;
    const TextSplitter::Word& word_;
    std::vector<Step> steps_;
    std::int32_t unit_ = 0;  // how far the text has been handed out, in both counts
    std::size_t byte_ = 0;
    int words_ = 0;
};

}  // namespace

TextSplitter::TextSplitter(std::span<const SplitStep> steps) {
    for (const SplitStep& step : steps) {
        steps_.push_back({compile(step.pattern), step.keep_gaps});
    }
}

void TextSplitter::split(std::string_view text, const Progress& progress, const Word& word) const {
    Splitting splitting(text, progress, word);
    for (const Step& step : steps_) {
        splitting.add_step(*step.pattern, step.keep_gaps);
    }
    splitting.run();
}

}  // namespace ql
