#include "core/schemes/name_pattern.h"

#include <algorithm>

#include <unicode/regex.h>

#include "core/base/error.h"
#include "core/files/escape.h"

namespace ql {

namespace {

/// Steps of the matcher, a quarter of a millisecond each: expressions such as (a+)+$ can take for
/// ever.
constexpr std::int32_t kTimeLimit = 1000;
/// Bytes that the matcher may take to remember where to go back to.
constexpr std::int32_t kStackLimit = 8 << 20;
/// Far above any pattern that a person writes; what a longer one would compile to is not bounded.
constexpr std::size_t kLongestPattern = 4096;

icu::UnicodeString utf16(std::string_view text) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

void append_literal(char c, std::string& expression) {
    if (std::string_view("\\^$.|?*+()[]{}-&!").find(c) != std::string_view::npos) {
        expression += '\\';
    }
    expression += c;
}

/// The set that begins at `begin`, or an empty text if it does not end. `end` becomes the place of
/// its bracket.
std::string set_of(std::string_view glob, std::size_t begin, std::size_t& end) {
    const bool negated = begin + 1 < glob.size() && glob[begin + 1] == '!';
    const std::size_t first = begin + (negated ? 2 : 1);
    end = glob.find(']', first + 1);  // a bracket that comes first stands for itself
    if (end == std::string_view::npos) {
        return {};
    }
    std::string set = negated ? "[^" : "[";
    for (std::size_t i = first; i < end; ++i) {
        const bool range = glob[i] == '-' && i > first && i + 1 < end;
        range ? set.push_back('-') : append_literal(glob[i], set);
    }
    return set + ']';
}

std::string expression_of_glob(std::string_view glob) {
    std::string expression;
    for (std::size_t i = 0; i < glob.size(); ++i) {
        std::size_t end = 0;
        if (glob[i] == '*') {
            expression += ".*";
        } else if (glob[i] == '?') {
            expression += '.';
        } else if (glob[i] == '\\' && i + 1 < glob.size()) {
            append_literal(glob[++i], expression);
        } else if (const std::string set = glob[i] == '[' ? set_of(glob, i, end) : std::string();
                   !set.empty()) {
            expression += set;
            i = end;
        } else {
            append_literal(glob[i], expression);
        }
    }
    return expression;
}

}  // namespace

struct NamePattern::Compiled {
    std::unique_ptr<const icu::RegexPattern> pattern;
    bool whole;  ///< must match the whole name
};

NamePattern::NamePattern(std::string text) : text_(std::move(text)) {
    const bool expression = is_expression(text_);
    const std::string source =
        expression ? text_.substr(1, text_.size() - 2) : expression_of_glob(text_);
    UErrorCode status = U_ZERO_ERROR;
    UParseError where;
    std::unique_ptr<const icu::RegexPattern> pattern;
    if (text_.size() <= kLongestPattern) {
        pattern.reset(icu::RegexPattern::compile(utf16(source), expression ? 0 : UREGEX_DOTALL,
                                                 where, status));
    }
    if (pattern == nullptr || U_FAILURE(status)) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "“{}” is not a regular expression."), escaped(text_)));
    }
    compiled_ = std::make_unique<const Compiled>(Compiled{std::move(pattern), !expression});
}

NamePattern::NamePattern(NamePattern&&) noexcept = default;
NamePattern& NamePattern::operator=(NamePattern&&) noexcept = default;
NamePattern::~NamePattern() = default;

bool NamePattern::is_expression(std::string_view text) {
    return text.size() >= 2 && text.front() == '/' && text.back() == '/';
}

bool NamePattern::matches(std::string_view name) const {
    const icu::UnicodeString subject = utf16(name);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(subject, status));
    bool found = false;
    if (U_SUCCESS(status)) {
        matcher->setTimeLimit(kTimeLimit, status);
        matcher->setStackLimit(kStackLimit, status);
        found = (compiled_->whole ? matcher->matches(status) : matcher->find(status)) != 0;
    }
    if (U_FAILURE(status)) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "“{}” takes too long to compare with the name “{}”."),
                             escaped(text_), escaped(name)));
    }
    return found;
}

}  // namespace ql
