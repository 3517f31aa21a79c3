// Plans as text, and as JSON.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/base/letter_case.h"
#include "core/files/checkpoint.h"
#include "core/files/escape.h"
#include "core/schemes/name_pattern.h"
#include "core/schemes/plan.h"
#include "core/schemes/recipes.h"

namespace ql {

namespace {

constexpr std::string_view kKeep = "keep";
constexpr std::string_view kRecipe = "recipe:";

std::string_view trimmed(std::string_view text, std::size_t& offset) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
        ++offset;
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::string text_or_keep(const std::optional<Scheme>& scheme) {
    return scheme ? format(*scheme) : std::string(kKeep);
}

std::optional<Scheme> scheme_or_keep(std::string_view text, std::size_t offset = 0) {
    return lower_case(text) == kKeep ? std::nullopt : std::optional(parse_scheme(text, offset));
}

std::string format_base(const PlanBase& base) {
    if (const auto* scheme = std::get_if<Scheme>(&base)) {
        return format(*scheme);
    }
    if (const auto* recipe = std::get_if<Recipe>(&base)) {
        return fmt::format("{}{}{}", kRecipe, recipe->name,
                           format(Suffixes{recipe->fit, recipe->gptq}));
    }
    return std::string(kKeep);
}

/// Whether the name means a grid or preset before it means a recipe.
bool is_scheme_name(const std::string& name) {
    try {
        parse_scheme(name);
        return true;
    } catch (const ParseError&) {
        return false;
    }
}

PlanBase parse_base(std::string_view text, std::size_t offset) {
    text = trimmed(text, offset);
    const std::string lowered = lower_case(text);
    if (lowered == kKeep) {
        return {};
    }
    const bool prefixed = lowered.starts_with(kRecipe);
    const std::size_t begin = prefixed ? kRecipe.size() : 0;
    const std::size_t end = std::min(lowered.find_first_of("+@"), lowered.size());
    const std::string name = lowered.substr(begin, end - begin);
    const RecipeInfo* recipe = !prefixed && is_scheme_name(name) ? nullptr : find_recipe(name);
    if (recipe != nullptr) {
        const Suffixes suffixes =
            parse_suffixes(std::string_view(lowered).substr(end), offset + end);
        if (suffixes.fit.clip) {
            throw ParseError(Sentence(QL_TR("core",
                                            "A recipe is not clipped: its types have scales that "
                                            "are shares of others.")),
                             offset + end);
        }
        return Recipe{std::string(recipe->name), suffixes.fit, suffixes.gptq};
    }
    if (prefixed) {
        throw ParseError(Sentence(QL_TR("core", "No recipe is called “{}”."), name),
                         offset + begin);
    }
    return parse_scheme(text, offset);
}

/// Throws ParseError if a pattern between slashes is no regular expression.
void check_pattern(const std::string& match, std::size_t offset) {
    try {
        const NamePattern pattern(match);
    } catch (const Error& error) {
        throw ParseError(error.sentence(), offset);
    }
}

/// The glob or /expression/ that a typed pattern means.
std::string pattern_of(std::string_view text) {
    if (NamePattern::is_expression(text)) {
        return std::string(text);
    }
    if (text.find_first_of("\\()|^$+{") != std::string_view::npos) {
        return fmt::format("/{}/", lower_case(text));
    }
    const bool whole =
        text.find_first_of("*?[") != std::string_view::npos || text.ends_with(".weight");
    return whole ? std::string(text) : fmt::format("*{}*", lower_case(text));
}

/// The same for a pattern that can only be a regular expression; plain words need none.
std::string expression_of(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-';
    });
    return plain ? fmt::format("*{}*", lower_case(text)) : fmt::format("/{}/", lower_case(text));
}

PlanRule parse_rule_at(std::string_view text, std::size_t offset,
                       std::string (*pattern_means)(std::string_view) = pattern_of) {
    text = trimmed(text, offset);
    // A scheme's options have signs of equality too.
    const std::size_t options = lower_case(text).rfind("+gptq(");
    const std::size_t equals = text.rfind('=', options);
    if (equals == std::string_view::npos || equals == 0) {
        throw ParseError(
            Sentence(QL_TR("core", "A rule is written pattern=scheme, such as ffn_down=q6_k.")),
            offset);
    }
    std::size_t at = offset;
    const std::string_view pattern = trimmed(text.substr(0, equals), at);
    std::size_t scheme_at = offset + equals + 1;
    const std::string_view scheme = trimmed(text.substr(equals + 1), scheme_at);
    PlanRule rule{pattern_means(pattern), scheme_or_keep(scheme, scheme_at)};
    check_pattern(rule.match, at);
    return rule;
}

/// Where the slash stands that ends the expression which begins at `first`: the next one with only
/// blanks between it and '='.
std::size_t end_of_expression(std::string_view text, std::size_t first) {
    for (std::size_t close = text.find('/', first + 1); close != std::string_view::npos;
         close = text.find('/', close + 1)) {
        const std::size_t next = text.find_first_not_of(' ', close + 1);
        if (next != std::string_view::npos && text[next] == '=') {
            return close;
        }
    }
    return first;
}

/// Where the next rule begins: ';' outside of a /regular expression/.
std::size_t end_of_rule(std::string_view text, std::size_t begin) {
    const std::size_t first = text.find_first_not_of(' ', begin);
    const bool expression = first != std::string_view::npos && text[first] == '/';
    return std::min(text.find(';', expression ? end_of_expression(text, first) : begin),
                    text.size());
}

/// Where the next scheme of a list begins: ',' outside of options.
std::size_t end_of_scheme(std::string_view text, std::size_t begin) {
    int depth = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (text[i] == ',' && depth <= 0) {
            return i;
        }
    }
    return text.size();
}

/// Gives an error the whole text as its context.
template <class Parse>
auto within(std::string_view whole, const Parse& parse) {
    try {
        return parse();
    } catch (const ParseError& error) {
        throw ParseError(error.sentence(), error.position(), std::string(whole));
    }
}

[[noreturn]] void refuse(const Sentence& sentence) { throw Error(ErrorCode::usage, sentence); }

std::string text_in(const nlohmann::json& value) {
    if (!value.is_string()) {
        refuse(Sentence(
            QL_TR("core", "A plan's scheme must be a text such as \"q4_0\" or \"keep\".")));
    }
    return value.get<std::string>();
}

PlanRule rule_in(const nlohmann::json& json) {
    if (!json.is_object() || !json.contains("match") || !json["match"].is_string() ||
        !json.contains("scheme") || json.size() != 2) {
        refuse(Sentence(QL_TR("core", "A plan's rule must have \"match\" and \"scheme\".")));
    }
    PlanRule rule{pattern_of(json["match"].get<std::string>()),
                  scheme_or_keep(text_in(json["scheme"]))};
    if (!NamePattern::is_expression(rule.match) &&
        rule.match.find_first_of(";=") != std::string::npos) {
        refuse(Sentence(QL_TR("core", "“{}” is no pattern: no tensor's name has ; or = in it."),
                        escaped(rule.match)));
    }
    check_pattern(rule.match, 0);
    return rule;
}

}  // namespace

std::string format(const PlanRule& rule) {
    return fmt::format("{}={}", rule.match, text_or_keep(rule.scheme));
}

std::string format(const Plan& plan) {
    std::string text = format_base(plan.base);
    for (const PlanRule& rule : plan.rules) {
        text += "; " + format(rule);
    }
    return text;
}

Plan parse_plan(std::string_view text) {
    return within(text, [&] {
        std::size_t end = std::min(text.find(';'), text.size());
        Plan plan{parse_base(text.substr(0, end), 0), {}};
        while (end < text.size()) {
            const std::size_t begin = end + 1;
            end = end_of_rule(text, begin);
            plan.rules.push_back(parse_rule_at(text.substr(begin, end - begin), begin));
        }
        return plan;
    });
}

std::vector<Plan> parse_plans(std::string_view text) {
    return within(text, [&] {
        std::vector<Plan> plans;
        std::size_t begin = 0;
        while (true) {
            const std::size_t end = end_of_scheme(text, begin);
            plans.push_back({parse_base(text.substr(begin, end - begin), begin), {}});
            if (end == text.size()) {
                return plans;
            }
            begin = end + 1;
        }
    });
}

PlanRule parse_rule(std::string_view text) {
    return within(text, [&] { return parse_rule_at(text, 0); });
}

PlanRule parse_tensor_type(std::string_view text) {
    return within(text, [&] { return parse_rule_at(text, 0, expression_of); });
}

std::string Plan::title() const {
    std::string text(kKeep);
    if (const auto* scheme = std::get_if<Scheme>(&base)) {
        text = ql::title(*scheme);
    } else if (const auto* recipe = std::get_if<Recipe>(&base)) {
        text = recipe->name + format(Suffixes{recipe->fit, recipe->gptq});
    }
    return rules.empty() ? text : fmt::format("{} + {}", text, rules.size());
}

nlohmann::json to_json(const Plan& plan) {
    nlohmann::json json = {{"base", format_base(plan.base)}, {"rules", nlohmann::json::array()}};
    for (const PlanRule& rule : plan.rules) {
        json["rules"].push_back({{"match", rule.match}, {"scheme", text_or_keep(rule.scheme)}});
    }
    return json;
}

Plan plan_from_json(const nlohmann::json& json) {
    if (!json.is_object()) {
        refuse(Sentence(QL_TR("core", "A plan is an object with \"base\" and \"rules\".")));
    }
    Plan plan;
    for (const auto& [key, value] : json.items()) {
        if (key == "base") {
            plan.base = parse_base(text_in(value), 0);
        } else if (key == "rules" && value.is_array()) {
            std::transform(value.begin(), value.end(), std::back_inserter(plan.rules), rule_in);
        } else {
            refuse(Sentence(QL_TR("core", "A plan has no key \"{}\" of this kind."), key));
        }
    }
    return plan;
}

Plan read_plan(const std::filesystem::path& path) {
    const nlohmann::json json = read_json_file(path);
    try {
        return plan_from_json(json);
    } catch (const Error& error) {
        throw Error(error.code(), error.sentence(), path.string());
    }
}

}  // namespace ql
