#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/schemes/scheme.h"

namespace ql {

/// What a plan needs to know of a tensor.
struct PlanTarget {
    std::string_view name;       ///< in the model's file
    std::string_view gguf_name;  ///< its GGUF name, empty if it has none
    bool linear = false;         ///< a weight matrix of the decoder's linears
    bool matrix = false;         ///< has at least two dimensions
    bool always_f32 = false;     ///< runtimes take it as F32 only
    DType stored = DType::f32;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
};

/// "Tensors whose name (of either kind) matches the glob get this scheme (or keep their stored
/// type)". `*` matches any characters, `?` one, [..] a set.
struct PlanRule {
    std::string match;
    std::optional<Scheme> scheme;
    bool operator==(const PlanRule&) const = default;
};

/// What a tensor gets, and why.
struct PlanEntry {
    static constexpr int kBase = -1;     ///< the plan's base scheme decided
    static constexpr int kNothing = -2;  ///< nothing covers the tensor

    std::optional<Scheme> scheme;  ///< nothing: it keeps its stored type
    int rule = kNothing;           ///< index of the rule that won, or one of the constants
    Sentence fallback;             ///< why it keeps its stored type although a scheme was chosen
};

/// Maps every tensor of a model to a scheme: a base scheme for the decoder's linears, then rules of
/// which the last that matches wins.
struct Plan {
    std::optional<Scheme> base;
    std::vector<PlanRule> rules;
    bool operator==(const Plan&) const = default;

    /// A bare scheme covers the decoder's linears (f32, f16 and bf16: every matrix); everything
    /// else keeps its stored type.
    static Plan of(const Scheme& scheme);

    PlanEntry resolve(const PlanTarget& target) const;
    /// The scheme's text, or "plan" with the number of rules.
    std::string label() const;
};

/// {"base": "q4_0", "rules": [{"match": "*.ffn_down.weight", "scheme": "q8_0"},
///                            {"match": "blk.0.*", "scheme": "keep"}]}
nlohmann::json to_json(const Plan& plan);
/// Throws Error(usage) naming what is wrong.
Plan plan_from_json(const nlohmann::json& json);
Plan read_plan(const std::filesystem::path& path);

}  // namespace ql
