#include "core/schemes/scheme.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/letter_case.h"

namespace ql {

namespace {

constexpr std::string_view kImportance = "+imatrix";
constexpr std::string_view kSearch = "+search";
constexpr std::string_view kClip = "+clip";
constexpr std::string_view kGptq = "+gptq";

/// Values that blocks of blocks have: scales there are shares of another one.
constexpr std::uint32_t kSuperBlock = 256;

bool is_float(const GridSpec& grid) {
    const auto* storage = std::get_if<StorageGrid>(&grid);
    return storage != nullptr && traits(storage->dtype).block_values == 1;
}

const Preset* find_preset(std::string_view name) {
    for (const Preset& preset : presets()) {
        if (preset.name == name) {
            return &preset;
        }
    }
    return nullptr;
}

/// "+name" or "+name(options)".
struct SuffixText {
    std::string_view name;
    std::string_view options;
    std::size_t length = 0;
};

SuffixText first_suffix(std::string_view text, std::size_t offset) {
    if (text.front() == '@') {
        throw ParseError(
            Sentence(
                QL_TR("core", "A recipe leaves activations as they are: “{}” cannot follow it."),
                text),
            offset);
    }
    const std::size_t end = std::min(text.find_first_of("+@(", 1), text.size());
    if (end == text.size() || text[end] != '(' || text.substr(0, end) != kGptq) {
        const std::size_t next = std::min(text.find_first_of("+@", 1), text.size());
        return {text.substr(0, next), {}, next};
    }
    const std::size_t close = text.find(')', end);
    if (close == std::string_view::npos || close == end + 1) {
        throw ParseError(Sentence(QL_TR("core", "Options are missing between ( and ).")),
                         offset + end);
    }
    return {text.substr(0, end), text.substr(end + 1, close - end - 1), close + 1};
}

Scheme parse_transformed(std::string_view text, std::size_t slash, std::size_t offset);

/// Parses lower-case `text` that starts at `offset` of what the user typed.
Scheme parse_at(std::string_view text, std::size_t offset) {
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        return parse_transformed(text, slash, offset);
    }
    const std::size_t end = std::min(text.find_first_of("+@"), text.size());
    const std::string_view base = text.substr(0, end);
    Scheme scheme;
    if (const Preset* preset = find_preset(base)) {
        scheme = parse_at(preset->text, offset);
    } else {
        scheme.grid = parse_grid(base, offset);
    }
    const std::size_t at = std::min(text.find('@'), text.size());
    const Suffixes suffixes = parse_suffixes(text.substr(end, at - end), offset + end);
    if (at < text.size()) {
        scheme.activations = parse_activations(text.substr(at + 1), offset + at + 1);
    }
    scheme.fit.importance = scheme.fit.importance || suffixes.fit.importance;
    scheme.fit.search = scheme.fit.search || suffixes.fit.search;
    scheme.fit.clip = scheme.fit.clip || suffixes.fit.clip;
    scheme.gptq = suffixes.gptq ? suffixes.gptq : scheme.gptq;
    if (const auto refusal = scheme.validate()) {
        throw ParseError(*refusal, offset + end);
    }
    return scheme;
}

Scheme parse_transformed(std::string_view text, std::size_t slash, std::size_t offset) {
    const Transform transform = parse_transform(text.substr(0, slash), offset);
    Scheme scheme = parse_at(text.substr(slash + 1), offset + slash + 1);
    if (transforms(scheme.transform)) {
        throw ParseError(Sentence(QL_TR("core", "A scheme has one transform, not two.")), offset);
    }
    scheme.transform = transform;
    if (const auto refusal = scheme.validate()) {
        throw ParseError(*refusal, offset);
    }
    return scheme;
}

/// All that stands behind the grid.
std::string suffixes_of(const Scheme& scheme) {
    return format(Suffixes{scheme.fit, scheme.gptq}) +
           (scheme.activations ? "@" + format(*scheme.activations) : "");
}

}  // namespace

const std::vector<Preset>& presets() {
    static const std::vector<Preset> all = {
        {"awq", "AWQ INT4 g128", "awq/int4:g128:asym+clip",
         Sentence(QL_TR("core",
                        "4-bit integers with a scale and a zero point for every 128 weights, after "
                        "columns that read large activations were made larger, and weights were "
                        "clipped where that helps. Needs a calibration text."))},
        {"gptq", "GPTQ INT4 g128", "int4:g128:sym+gptq",
         Sentence(QL_TR("core",
                        "4-bit integers with a scale for every 128 weights, rounded column by "
                        "column so that later weights make up for the errors of earlier ones. "
                        "Needs a calibration text."))},
        {"smoothquant", "SmoothQuant INT8", "smooth(0.5)/int8:channel:narrow",
         Sentence(QL_TR("core",
                        "8-bit integers, one scale for each output channel, after outliers of the "
                        "activations were moved into the weights. Weights only: smooth(0.5)/w8a8 "
                        "stores activations in 8 bits too. Needs a calibration text."))},
        {"w8a8", "INT8 W8A8", "int8:channel:narrow@int8:token",
         Sentence(QL_TR("core",
                        "8-bit integers for weights (a scale for each output channel) and for "
                        "activations (a scale for each token), rounded to nearest."))},
        {"fp8", "FP8 W8A8", "fp8_e4m3:channel@fp8_e4m3:token",
         Sentence(QL_TR("core",
                        "8-bit floats (E4M3) for weights, with a scale for each output channel, "
                        "and for activations, with a scale for each token."))},
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
        const std::shared_ptr<const Grid> known = make_grid(grid);
        if (transforms(transform) && is_float(grid)) {
            return Sentence(QL_TR("core",
                                  "A transform prepares weights for few bits; {} keeps them as "
                                  "they are."),
                            known->text());
        }
        if (fit.clip) {
            if (const auto refusal = refuses_clip(*known)) {
                return refusal;
            }
            if (gptq || fit.search || fit.importance) {
                return Sentence(QL_TR("core",
                                      "Clipping is a fit of its own, made for rounding to nearest: "
                                      "it goes with neither +search nor +imatrix nor +gptq."));
            }
        }
        if (gptq && !can_compensate(*known)) {
            return Sentence(QL_TR("core",
                                  "GPTQ needs parameters to round under, and {} has none that can "
                                  "be fixed before its codes."),
                            known->text());
        }
        if (gptq) {
            if (const auto reason = refusal(*gptq)) {
                return reason;
            }
        }
        return known->refuses_fit(fit);
    } catch (const Error& error) {
        return error.sentence();
    }
}

bool Scheme::exportable() const { return !std::holds_alternative<TextbookGrid>(grid); }

bool Scheme::weighs_own_inputs() const {
    return gptq && !fit.importance &&
           !make_grid(grid)->refuses_fit({.importance = true, .search = fit.search});
}

Scheme Scheme::folded() const {
    Scheme rest = *this;
    rest.transform = {};
    rest.fit.clip = false;
    return rest;
}

std::optional<Sentence> refuses_clip(const Grid& grid) {
    const auto* storage = std::get_if<StorageGrid>(&grid.spec());
    const auto* integers = std::get_if<IntegerGrid>(&grid.spec());
    const bool spans = integers != nullptr
                           ? integers->granularity != Granularity::tensor
                           : storage != nullptr && traits(storage->dtype).block_values > 1 &&
                                 traits(storage->dtype).block_values < kSuperBlock;
    if (spans) {
        return std::nullopt;
    }
    return Sentence(QL_TR("core",
                          "Clipping looks for the best bound of each group of weights that share "
                          "one scale, and {} has no such groups."),
                    grid.text());
}

std::string format(const Fit& fit) {
    return fmt::format("{}{}{}", fit.importance ? kImportance : "", fit.search ? kSearch : "",
                       fit.clip ? kClip : "");
}

std::string format(const Suffixes& suffixes) {
    return format(suffixes.fit) + (suffixes.gptq ? format(*suffixes.gptq) : "");
}

std::string format(const Scheme& scheme) {
    return format(scheme.transform) + format(scheme.grid) + suffixes_of(scheme);
}

bool can_compensate(const Grid& grid) {
    const auto* storage = std::get_if<StorageGrid>(&grid.spec());
    const auto* integers = std::get_if<IntegerGrid>(&grid.spec());
    const std::int64_t cols = storage != nullptr    ? traits(storage->dtype).block_values
                              : integers != nullptr ? std::max(1, integers->group)
                                                    : 1;
    return grid.span_codec(cols) != nullptr;
}

Suffixes parse_suffixes(std::string_view text, std::size_t offset) {
    Suffixes suffixes;
    while (!text.empty()) {
        const SuffixText suffix = first_suffix(text, offset);
        const bool twice = (suffix.name == kImportance && suffixes.fit.importance) ||
                           (suffix.name == kSearch && suffixes.fit.search) ||
                           (suffix.name == kClip && suffixes.fit.clip) ||
                           (suffix.name == kGptq && suffixes.gptq);
        if (twice) {
            throw ParseError(Sentence(QL_TR("core", "“{}” stands twice."), suffix.name), offset);
        }
        if (suffix.name == kGptq) {
            suffixes.gptq = suffix.options.empty()
                                ? Gptq()
                                : parse_gptq(suffix.options, offset + kGptq.size() + 1);
        } else if (suffix.name == kImportance) {
            suffixes.fit.importance = true;
        } else if (suffix.name == kSearch) {
            suffixes.fit.search = true;
        } else if (suffix.name == kClip) {
            suffixes.fit.clip = true;
        } else {
            throw ParseError(
                Sentence(QL_TR("core", "“{}” is neither a fit nor a rounding that exists here."),
                         suffix.name.substr(1)),
                offset + 1);
        }
        text.remove_prefix(suffix.length);
        offset += suffix.length;
    }
    return suffixes;
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
        return parse_at(lower_case(text), offset);
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
               ? format(scheme.transform) + upper_case(format(scheme.grid)) + suffixes_of(scheme)
               : text;
}

}  // namespace ql
