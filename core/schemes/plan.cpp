#include "core/schemes/plan.h"

#include <algorithm>

#include "core/schemes/name_pattern.h"
#include "core/schemes/recipes.h"

namespace ql {

namespace {

/// f32, f16 and bf16 are conversions of the whole model rather than quantizations of its linears.
bool is_float(const Scheme& scheme) {
    const auto* storage = std::get_if<StorageGrid>(&scheme.grid);
    return storage != nullptr && traits(storage->dtype).block_values == 1;
}

/// What the base of a plan gives the tensors that no rule has decided.
void fill_in_base(const PlanBase& base, const PlanModel& model, std::span<const PlanTarget> targets,
                  std::vector<PlanEntry>& entries) {
    const auto give = [&](std::size_t t, const Scheme& scheme) {
        if (entries[t].rule == PlanEntry::kNothing) {
            entries[t] = {scheme, PlanEntry::kBase, {}};
        }
    };
    if (const auto* scheme = std::get_if<Scheme>(&base)) {
        for (std::size_t t = 0; t < targets.size(); ++t) {
            if (targets[t].linear || (targets[t].matrix && is_float(*scheme))) {
                give(t, *scheme);
            }
        }
    } else if (const auto* recipe = std::get_if<Recipe>(&base)) {
        std::vector<bool> decided(targets.size());
        std::transform(entries.begin(), entries.end(), decided.begin(),
                       [](const PlanEntry& entry) { return entry.rule != PlanEntry::kNothing; });
        const auto dtypes = recipe_dtypes(*find_recipe(recipe->name), model, targets,
                                          recipe->fit.importance, decided);
        for (std::size_t t = 0; t < targets.size(); ++t) {
            if (dtypes[t]) {
                give(t, Scheme{.grid = StorageGrid{*dtypes[t]},
                               .fit = recipe->fit,
                               .gptq = recipe->gptq});
            }
        }
    }
}

/// Why a tensor cannot be quantized at all.
Sentence reason_to_keep(const PlanTarget& target) {
    if (!target.matrix) {
        return Sentence(
            QL_TR("core", "Only matrices are quantized; this tensor has one dimension."));
    }
    if (target.always_f32) {
        return Sentence(QL_TR("core", "llama.cpp computes with this tensor as F32 only."));
    }
    if (is_never_quantized(target)) {
        return Sentence(QL_TR("core", "llama.cpp never quantizes this tensor."));
    }
    if (!can_decode(target.stored)) {
        return Sentence(QL_TR("core", "The stored type {} cannot be decoded."),
                        name(target.stored));
    }
    return {};
}

/// Rows that do not fit: llama.cpp's replacement, or the stored type.
void fit_rows(const PlanTarget& target, bool recipe, PlanEntry& entry) {
    const auto refusal = make_grid(entry.scheme->grid)->refuses(target.cols);
    if (!refusal) {
        return;
    }
    entry.fallback = *refusal;
    auto* storage = std::get_if<StorageGrid>(&entry.scheme->grid);
    const DType smaller =
        storage == nullptr ? DType::f16 : fallback_dtype(storage->dtype, target.cols);
    if (storage == nullptr || (smaller == DType::f16 && !recipe)) {
        entry.scheme.reset();
        return;
    }
    entry.fallback = Sentence(
        QL_TR("core", "{} stands in for {}, whose blocks of {} values do not divide rows of {}."),
        name(smaller), name(storage->dtype), traits(storage->dtype).block_values, target.cols);
    storage->dtype = smaller;
}

void say(Sentence why, PlanEntry& entry) {
    if (entry.fallback.empty()) {
        entry.fallback = std::move(why);
    }
}

/// A fit that what the tensor gets does not have, or that lacks its importance.
void fit_what_is_there(const PlanTarget& target, PlanEntry& entry) {
    Fit& fit = entry.scheme->fit;
    const auto grid = make_grid(entry.scheme->grid);
    if (is_float(*entry.scheme)) {
        fit = {};  // nothing to choose
        entry.scheme->gptq.reset();
        entry.scheme->transform = {};
        return;
    }
    if (fit.search && grid->refuses_fit({.search = true})) {
        fit.search = false;
        say(*grid->refuses_fit({.search = true}), entry);
    }
    if (fit.importance && grid->refuses_fit(fit)) {
        fit.importance = false;  // a replacement or a recipe's exception that is never weighted
    }
    if (fit.importance && !target.importance) {
        fit.importance = false;
        say(Sentence(
                QL_TR("core",
                      "The importance matrix has no entry for this tensor: it is fitted without.")),
            entry);
    }
}

/// What changes weights before they are rounded, where the grid or a calibration lacks.
void fold_what_can_be(const PlanTarget& target, PlanEntry& entry) {
    Scheme& scheme = *entry.scheme;
    if (!target.calibrated) {
        scheme = scheme.folded();  // no linear of a block: there is nothing to scale or to clip
    } else if (scheme.fit.clip && refuses_clip(*make_grid(scheme.grid))) {
        scheme.fit.clip = false;  // a replacement
    }
}

/// A rounding that the grid does not have, or that lacks its calibration.
void round_what_can_be(const PlanTarget& target, PlanEntry& entry) {
    std::optional<Gptq>& gptq = entry.scheme->gptq;
    if (gptq && !can_compensate(*make_grid(entry.scheme->grid))) {
        gptq.reset();  // a replacement or a recipe's exception
    }
    if (gptq && !target.calibrated) {
        gptq.reset();
        say(Sentence(QL_TR("core",
                           "No calibration sees what this tensor reads: it is rounded to "
                           "nearest.")),
            entry);
    }
}

/// Activations where it is not known what is read.
void store_what_is_read(const PlanTarget& target, PlanEntry& entry) {
    if (entry.scheme->activations && !target.calibrated) {
        entry.scheme->activations.reset();
        say(Sentence(QL_TR("core",
                           "Only what the linears of blocks read is quantized: what this tensor "
                           "reads stays as it is.")),
            entry);
    }
}

void settle(const PlanTarget& target, bool recipe, PlanEntry& entry) {
    const Sentence reason = reason_to_keep(target);
    if (!reason.empty()) {
        entry.scheme.reset();
        entry.fallback = reason;
        return;
    }
    fit_rows(target, recipe, entry);
    if (entry.scheme) {
        fit_what_is_there(target, entry);
        fold_what_can_be(target, entry);
        round_what_can_be(target, entry);
        store_what_is_read(target, entry);
    }
}

/// Whether `test` holds for the base, if it is a scheme, or a rule's scheme.
template <class Test>
bool any_scheme(const Plan& plan, const Test& test) {
    const auto* scheme = std::get_if<Scheme>(&plan.base);
    return (scheme != nullptr && test(*scheme)) ||
           std::any_of(plan.rules.begin(), plan.rules.end(),
                       [&](const PlanRule& rule) { return rule.scheme && test(*rule.scheme); });
}

/// The same, or for the base as a recipe.
template <class Test>
bool any_scheme_or_recipe(const Plan& plan, const Test& test) {
    const auto* recipe = std::get_if<Recipe>(&plan.base);
    return any_scheme(plan, test) || (recipe != nullptr && test(*recipe));
}

}  // namespace

std::vector<PlanEntry> Plan::resolve(const PlanModel& model,
                                     std::span<const PlanTarget> targets) const {
    if (uses_importance() && !model.importance) {
        throw Error(
            ErrorCode::usage,
            Sentence(QL_TR("core", "{} needs an importance matrix, and there is none."), title()));
    }
    std::vector<PlanEntry> entries(targets.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const NamePattern pattern(rules[i].match);
        for (std::size_t t = 0; t < targets.size(); ++t) {
            if (pattern.matches(targets[t].name) || pattern.matches(targets[t].gguf_name)) {
                entries[t] = {rules[i].scheme, static_cast<int>(i), {}};
            }
        }
    }
    fill_in_base(base, model, targets, entries);
    const bool recipe = std::holds_alternative<Recipe>(base);
    for (std::size_t t = 0; t < targets.size(); ++t) {
        if (entries[t].scheme) {
            settle(targets[t], recipe, entries[t]);
        }
    }
    return entries;
}

bool Plan::uses_importance() const {
    return any_scheme_or_recipe(*this, [](const auto& scheme) { return scheme.fit.importance; });
}

bool Plan::uses_gptq() const {
    return any_scheme_or_recipe(*this, [](const auto& scheme) { return scheme.gptq.has_value(); });
}

bool Plan::fixes_activations() const {
    return any_scheme(*this, [](const Scheme& scheme) {
        return scheme.activations && scheme.activations->scaling == Activations::Scaling::fixed;
    });
}

bool Plan::folds() const {
    return any_scheme(*this, [](const Scheme& scheme) { return scheme.folds(); });
}

Plan Plan::folded() const {
    Plan rest = *this;
    if (auto* scheme = std::get_if<Scheme>(&rest.base)) {
        *scheme = scheme->folded();
    }
    for (PlanRule& rule : rest.rules) {
        if (rule.scheme) {
            rule.scheme = rule.scheme->folded();
        }
    }
    return rest;
}

bool uses_calibration(const std::vector<Plan>& plans) {
    return std::any_of(plans.begin(), plans.end(),
                       [](const Plan& plan) { return plan.uses_calibration(); });
}

}  // namespace ql
