#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ql {

/// Which names a rule of a plan is for: a glob for the whole name (`*` any characters, `?` one,
/// [..] a set, [!..] its opposite), or /…/ with a regular expression that is searched in the name.
/// Patterns come from files and names too, so both are limited in what they may cost.
class NamePattern {
  public:
    /// Throws Error(usage) if what stands between slashes is no regular expression.
    explicit NamePattern(std::string text);
    NamePattern(NamePattern&&) noexcept;
    NamePattern& operator=(NamePattern&&) noexcept;
    ~NamePattern();

    /// Throws Error(usage) for an expression that tries for too long to find itself in the name.
    bool matches(std::string_view name) const;

    /// Whether the text is /…/.
    static bool is_expression(std::string_view text);

  private:
    struct Compiled;

    std::string text_;
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace ql
