// core/base: what every other folder of core may use: errors, progress and cancellation, threads,
// checked arithmetic, hashes. It depends on nothing else of ours.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// Marks a sentence for translation (lupdate collects it under `context`) and leaves it as it is.
#define QL_TR(context, text) text

namespace ql {

enum class ErrorCode {
    usage,        ///< the caller asked for something that makes no sense
    not_found,    ///< no such file, tensor, scheme
    io,           ///< reading or writing failed
    bad_file,     ///< the file breaks the rules of its format
    unsupported,  ///< a legal thing that Quantloupe cannot do
    bad_data,     ///< weights that cannot be worked with (NaN, infinity)
    limit,        ///< it would exceed a limit (memory, size)
    cancelled,    ///< the user stopped it
};

/// The stable key of a code, as in the JSON form of an error.
std::string_view name(ErrorCode code);

/// A sentence with places ({} or {0}), kept apart from its arguments so that the window can say it
/// in another language. The places are filled as by fmt; arguments are kept as text.
class Sentence {
  public:
    Sentence() = default;

    template <class... Args>
    explicit Sentence(std::string_view text, const Args&... args)
        : text_(text), args_{fmt::format("{}", args)...} {}

    /// The English text.
    std::string english() const { return filled(text_); }

    /// `translation` (of `text()`) with the arguments filled in; the English text when it does not
    /// fit the arguments.
    std::string filled(std::string_view translation) const;

    const std::string& text() const { return text_; }
    bool empty() const { return text_.empty(); }
    bool operator==(const Sentence&) const = default;

  private:
    std::string text_;
    std::vector<std::string> args_;
};

/// The one exception type of core: a code, a sentence for people, and what it happened to (a file,
/// a tensor). Thrown in core, caught once at the job boundary or in the CLI's main.
class Error : public std::exception {
  public:
    Error(ErrorCode code, Sentence sentence, std::string context = {});

    const char* what() const noexcept override { return what_.c_str(); }
    ErrorCode code() const { return code_; }
    const Sentence& sentence() const { return sentence_; }
    const std::string& context() const { return context_; }

  private:
    ErrorCode code_;
    Sentence sentence_;
    std::string context_;
    std::string what_;
};

/// Throws Error(bad_file): what readers of files do most.
[[noreturn]] void fail_bad_file(Sentence sentence);

/// What the system says about a value of errno, to stand in a sentence.
std::string system_reason(int error);

}  // namespace ql
