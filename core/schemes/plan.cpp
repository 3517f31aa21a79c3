#include "core/schemes/plan.h"

#include <fnmatch.h>
#include <nlohmann/json.hpp>

#include "core/files/checkpoint.h"

namespace ql {

namespace {

constexpr std::string_view kKeep = "keep";

bool matches(const std::string& glob, std::string_view name) {
    return !name.empty() && fnmatch(glob.c_str(), std::string(name).c_str(), 0) == 0;
}

[[noreturn]] void refuse(const Sentence& sentence) { throw Error(ErrorCode::usage, sentence); }

std::optional<Scheme> scheme_or_keep(const nlohmann::json& value) {
    if (!value.is_string()) {
        refuse(Sentence(
            QL_TR("core", "A plan's scheme must be a text such as \"q4_0\" or \"keep\".")));
    }
    const std::string text = value.get<std::string>();
    return text == kKeep ? std::nullopt : std::optional(parse_scheme(text));
}

std::string text_or_keep(const std::optional<Scheme>& scheme) {
    return scheme ? format(*scheme) : std::string(kKeep);
}

/// f32, f16 and bf16 are conversions of the whole model rather than quantizations of its linears.
bool is_float(const Scheme& scheme) {
    const auto* storage = std::get_if<StorageGrid>(&scheme.grid);
    return storage != nullptr && traits(storage->dtype).block_values == 1;
}

/// Why a tensor cannot take a scheme although the plan wants it to.
Sentence reason_to_keep(const Scheme& scheme, const PlanTarget& target) {
    if (!target.matrix) {
        return Sentence(
            QL_TR("core", "Only matrices are quantized; this tensor has one dimension."));
    }
    if (target.always_f32) {
        return Sentence(QL_TR("core", "llama.cpp computes with this tensor as F32 only."));
    }
    if (!can_decode(target.stored)) {
        return Sentence(QL_TR("core", "The stored type {} cannot be decoded."),
                        name(target.stored));
    }
    return make_grid(scheme.grid)->refuses(target.cols).value_or(Sentence());
}

}  // namespace

Plan Plan::of(const Scheme& scheme) { return Plan{scheme, {}}; }

PlanEntry Plan::resolve(const PlanTarget& target) const {
    PlanEntry entry;
    if (base && (target.linear || (target.matrix && is_float(*base)))) {
        entry = {base, PlanEntry::kBase, {}};
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (matches(rules[i].match, target.name) || matches(rules[i].match, target.gguf_name)) {
            entry = {rules[i].scheme, static_cast<int>(i), {}};
        }
    }
    if (entry.scheme) {
        entry.fallback = reason_to_keep(*entry.scheme, target);
        if (!entry.fallback.empty()) {
            entry.scheme.reset();
        }
    }
    return entry;
}

std::string Plan::label() const {
    const std::string text = text_or_keep(base);
    return rules.empty() ? text : fmt::format("{} + {}", text, rules.size());
}

nlohmann::json to_json(const Plan& plan) {
    nlohmann::json json = {{"base", text_or_keep(plan.base)}, {"rules", nlohmann::json::array()}};
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
            plan.base = scheme_or_keep(value);
        } else if (key == "rules" && value.is_array()) {
            for (const nlohmann::json& rule : value) {
                if (!rule.is_object() || !rule.contains("match") || !rule["match"].is_string() ||
                    !rule.contains("scheme") || rule.size() != 2) {
                    refuse(Sentence(
                        QL_TR("core", "A plan's rule must have \"match\" and \"scheme\".")));
                }
                plan.rules.push_back(
                    {rule["match"].get<std::string>(), scheme_or_keep(rule["scheme"])});
            }
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
