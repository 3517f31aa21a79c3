#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <variant>
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
    bool importance = false;  ///< the importance of its columns is known
    bool calibrated = false;  ///< a linear of a block, so that it is known what it reads: GPTQ and
                              ///< activation formats can be used
};

/// What a recipe needs to know of the whole model.
struct PlanModel {
    std::string architecture;  ///< GGUF name
    std::int64_t blocks = 0;
    std::int64_t heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t experts = 0;
    bool tied = false;        ///< the embedding is the output as well
    bool importance = false;  ///< there is an importance matrix
};

/// One of llama.cpp's mixtures of types (recipes.h), with a fit and a rounding for all its tensors.
struct Recipe {
    std::string name;  ///< "Q4_K_M", as RecipeInfo has it
    Fit fit = {};
    std::optional<Gptq> gptq = {};
    bool operator==(const Recipe&) const = default;
};

/// "Tensors whose name (of either kind) matches get this scheme (or keep their stored type)".
struct PlanRule {
    /// A glob for the whole name (`*` any characters, `?` one, [..] a set), or /…/ with a regular
    /// expression that is searched in the name, as llama.cpp does.
    std::string match;
    std::optional<Scheme> scheme;
    bool operator==(const PlanRule&) const = default;
};

/// What a tensor gets, and why.
struct PlanEntry {
    static constexpr int kBase = -1;     ///< the plan's base decided
    static constexpr int kNothing = -2;  ///< nothing covers the tensor

    std::optional<Scheme> scheme;  ///< nothing: it keeps its stored type
    int rule = kNothing;           ///< index of the rule that won, or one of the constants
    Sentence fallback;             ///< why it gets something else than was chosen for it
};

/// Where a plan starts: everything keeps its type, a scheme for the decoder's linears (f32, f16 and
/// bf16: every matrix), or a recipe.
using PlanBase = std::variant<std::monostate, Scheme, Recipe>;

/// Maps every tensor of a model to a scheme: a base, then rules of which the last that matches
/// wins. This is what is compared and exported.
struct Plan {
    PlanBase base;
    std::vector<PlanRule> rules;
    bool operator==(const Plan&) const = default;

    /// A bare scheme covers the decoder's linears (f32, f16 and bf16: every matrix); everything
    /// else keeps its stored type.
    static Plan of(const Scheme& scheme) { return {scheme, {}}; }

    /// What every tensor of a model gets. Rows that are no whole blocks of a type take llama.cpp's
    /// replacement, if there is one with blocks, or keep their type (under a recipe: F16). Tensors
    /// that a rule decides are not counted by a recipe, as llama-quantize does not. Throws
    /// Error(usage) if something asks for importance and the model has none at all.
    std::vector<PlanEntry> resolve(const PlanModel& model,
                                   std::span<const PlanTarget> targets) const;

    /// For people: "Q4_K_M", "INT4 g128", and how many rules follow.
    std::string title() const;
    bool uses_importance() const;
    /// Whether some scheme rounds with GPTQ.
    bool uses_gptq() const;
    /// Whether some scheme changes weights first: a transform, or clipping.
    bool folds() const;
    /// Whether some scheme stores activations with scales that are found beforehand.
    bool fixes_activations() const;
    /// Whether a calibration text is needed, for the weights alone and for running the model.
    bool calibrates_weights() const { return uses_gptq() || folds(); }
    bool uses_calibration() const { return calibrates_weights() || fixes_activations(); }
    /// The plan of a model whose weights were changed so.
    Plan folded() const;
};

/// Whether one of them needs one.
bool uses_calibration(const std::vector<Plan>& plans);

/// Canonical text: base[; match=scheme]…, for example "q4_0", "recipe:Q4_K_M+imatrix",
/// "q4_k; *.ffn_down.*=q6_k; /blk\.[01]\./=keep". parse_plan is its inverse; it also takes a
/// recipe's name alone where that is no grid ("q4_k_m"). Throws ParseError.
std::string format(const Plan& plan);
Plan parse_plan(std::string_view text);

/// A comma-separated list of plans without rules. Throws ParseError.
std::vector<Plan> parse_plans(std::string_view text);

/// "match=scheme", where the part before the last '=' is a glob, a /regular expression/, or a
/// pattern of llama.cpp's --tensor-type: plain words become "*words*", anything that only a regular
/// expression can mean is put between slashes. Throws ParseError.
PlanRule parse_rule(std::string_view text);
std::string format(const PlanRule& rule);

/// "PATTERN=scheme" as in llama.cpp's --tensor-type: always a regular expression, in lower case,
/// that is searched in the name. Throws ParseError.
PlanRule parse_tensor_type(std::string_view text);

/// {"base": "q4_0", "rules": [{"match": "*.ffn_down.weight", "scheme": "q8_0"},
///                            {"match": "blk.0.*", "scheme": "keep"}]}
nlohmann::json to_json(const Plan& plan);
/// Throws Error(usage) naming what is wrong.
Plan plan_from_json(const nlohmann::json& json);
Plan read_plan(const std::filesystem::path& path);

}  // namespace ql
