#include "core/schemes/scheme.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace ql {

namespace {

constexpr std::string_view kImportance = "+imatrix";
constexpr std::string_view kSearch = "+search";

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

const Preset* find_preset(std::string_view name) {
    for (const Preset& preset : presets()) {
        if (preset.name == name) {
            return &preset;
        }
    }
    return nullptr;
}

/// Parses lower-case `text` that starts at `offset` of what the user typed.
Scheme parse_at(std::string_view text, std::size_t offset) {
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        throw ParseError(Sentence(QL_TR("core", "“{}” is not a transform that exists here."),
                                  text.substr(0, slash)),
                         offset);
    }
    const std::size_t end = std::min(text.find_first_of("+@"), text.size());
    const std::string_view base = text.substr(0, end);
    const Preset* preset = find_preset(base);
    Scheme scheme;
    scheme.grid = parse_grid(preset != nullptr ? preset->text : base, offset);
    scheme.fit = parse_fit(text.substr(end), offset + end);
    if (const auto refusal = scheme.validate()) {
        throw ParseError(*refusal, offset + end);
    }
    return scheme;
}

}  // namespace

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = {
        {"int8", "INT8", "int8:channel:narrow",
         Sentence(QL_TR("core",
                        "8-bit integers, one scale for each output channel: the weights "
                        "of W8A8."))},
        {"int4", "INT4 g128", "int4:g128:asym",
         Sentence(QL_TR("core",
                        "4-bit integers with a scale and a zero point for every 128 "
                        "weights: the grid of AWQ and GPTQ, rounded to nearest."))},
        {"int3", "INT3 g128", "int3:g128:asym",
         Sentence(QL_TR("core",
                        "3-bit integers with a scale and a zero point for every 128 "
                        "weights."))},
        {"int2", "INT2 g32", "int2:g32:asym",
         Sentence(QL_TR("core",
                        "2-bit integers with a scale and a zero point for every 32 "
                        "weights: four values a group, to see where it breaks."))},
    };
    return all;
}

std::optional<Sentence> Scheme::validate() const {
    try {
        return make_grid(grid)->refuses_fit(fit);
    } catch (const Error& error) {
        return error.sentence();
    }
}

bool Scheme::exportable() const { return !std::holds_alternative<TextbookGrid>(grid); }

std::string format(const Fit& fit) {
    return fmt::format("{}{}", fit.importance ? kImportance : "", fit.search ? kSearch : "");
}

std::string format(const Scheme& scheme) { return format(scheme.grid) + format(scheme.fit); }

Fit parse_fit(std::string_view text, std::size_t offset) {
    Fit fit;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("+@", 1), text.size());
        const std::string_view suffix = text.substr(0, end);
        if (suffix.front() == '@') {
            throw ParseError(
                Sentence(QL_TR("core", "“{}” is not an activation format that exists here."),
                         suffix.substr(1)),
                offset + 1);
        }
        bool* known = suffix == kImportance ? &fit.importance
                      : suffix == kSearch   ? &fit.search
                                            : nullptr;
        if (known == nullptr) {
            throw ParseError(
                Sentence(QL_TR("core", "“{}” is neither a fit nor a rounding that exists here."),
                         suffix.substr(1)),
                offset + 1);
        }
        if (*known) {
            throw ParseError(Sentence(QL_TR("core", "“{}” stands twice."), suffix), offset);
        }
        *known = true;
        text.remove_prefix(end);
        offset += end;
    }
    return fit;
}

Scheme parse_scheme(std::string_view text, std::size_t offset) {
    const std::string whole(text);
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
        ++offset;
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    try {
        if (text.empty()) {
            throw ParseError(Sentence(QL_TR("core", "A scheme is missing here, for example q4_0.")),
                             offset);
        }
        return parse_at(lower(text), offset);
    } catch (const ParseError& error) {
        throw ParseError(error.sentence(), error.position(), whole);
    }
}

std::string title(const Scheme& scheme) {
    const std::string text = format(scheme);
    for (const Preset& preset : presets()) {
        if (preset.text == text) {
            return std::string(preset.title);
        }
    }
    return std::holds_alternative<StorageGrid>(scheme.grid)
               ? upper(format(scheme.grid)) + format(scheme.fit)
               : text;
}

}  // namespace ql
