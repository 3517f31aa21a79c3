#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/schemes/plan.h"

namespace ql {

/// One of llama.cpp's mixtures of types: a base type for a model's matrices plus exceptions for the
/// tensors that suffer most. Source: what llama-quantize does (facts about its behaviour, checked
/// against lists that it made).
struct RecipeInfo {
    std::string_view name;    ///< "Q4_K_M"
    std::uint32_t file_type;  ///< general.file_type
    DType base;
};

/// From few bits to many.
std::span<const RecipeInfo> recipes();
/// By name, upper or lower case, "Q4_K" meaning "Q4_K_M"; null if there is none.
const RecipeInfo* find_recipe(std::string_view name);

/// Whether llama-quantize copies the matrix whatever it is asked for: routers, position embeddings,
/// and what is so small that nothing would be gained.
bool is_never_quantized(const PlanTarget& target);

/// The type that the recipe gives each tensor, before rows that do not fit are looked at; nothing
/// for tensors that it leaves as they are. `importance`: whether an importance matrix is used,
/// which some exceptions depend on. Tensors that are `decided` otherwise (one truth value for each,
/// or none at all) get nothing, and are not counted: what the others get may depend on it.
std::vector<std::optional<DType>> recipe_dtypes(const RecipeInfo& recipe, const PlanModel& model,
                                                std::span<const PlanTarget> targets,
                                                bool importance,
                                                const std::vector<bool>& decided = {});

/// What llama.cpp stores instead where rows of `cols` are no whole blocks of `dtype`: a type of
/// blocks of 32, or F16. `dtype` itself if rows fit.
DType fallback_dtype(DType dtype, std::int64_t cols);

}  // namespace ql
