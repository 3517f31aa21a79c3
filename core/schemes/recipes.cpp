#include "core/schemes/recipes.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/base/letter_case.h"

namespace ql {

namespace {

constexpr std::array kRecipes = {
    RecipeInfo{"Q1_0", 40, DType::q1_0},     RecipeInfo{"TQ1_0", 36, DType::tq1_0},
    RecipeInfo{"TQ2_0", 37, DType::tq2_0},   RecipeInfo{"Q2_0", 41, DType::q2_0},
    RecipeInfo{"Q2_K_S", 21, DType::q2_k},   RecipeInfo{"Q2_K", 10, DType::q2_k},
    RecipeInfo{"Q3_K_S", 11, DType::q3_k},   RecipeInfo{"Q3_K_M", 12, DType::q3_k},
    RecipeInfo{"Q3_K_L", 13, DType::q3_k},   RecipeInfo{"IQ4_XS", 30, DType::iq4_xs},
    RecipeInfo{"IQ4_NL", 25, DType::iq4_nl}, RecipeInfo{"Q4_0", 2, DType::q4_0},
    RecipeInfo{"Q4_1", 3, DType::q4_1},      RecipeInfo{"Q4_K_S", 14, DType::q4_k},
    RecipeInfo{"Q4_K_M", 15, DType::q4_k},   RecipeInfo{"Q5_0", 8, DType::q5_0},
    RecipeInfo{"Q5_1", 9, DType::q5_1},      RecipeInfo{"Q5_K_S", 16, DType::q5_k},
    RecipeInfo{"Q5_K_M", 17, DType::q5_k},   RecipeInfo{"Q6_K", 18, DType::q6_k},
    RecipeInfo{"Q8_0", 7, DType::q8_0},
};

/// The kinds of tensors that exceptions are made for.
enum class Part { output, embedding, value, key, attention_output, ffn_down, rest };

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string_view name_of(const PlanTarget& target) {
    return target.gguf_name.empty() ? target.name : target.gguf_name;
}

bool is_quantized_at_all(const PlanTarget& target) {
    return target.matrix && name_of(target).ends_with("weight") && !target.always_f32 &&
           !is_never_quantized(target);
}

Part part_of(std::string_view name, bool tied) {
    if (name == "output.weight" || (tied && name == "token_embd.weight")) {
        return Part::output;
    }
    if (name == "token_embd.weight") {
        return Part::embedding;
    }
    for (const std::string_view value : {"attn_v.weight", "attn_qkv.weight", "attn_kv_b.weight"}) {
        if (contains(name, value)) {
            return Part::value;
        }
    }
    if (contains(name, "attn_k.weight")) {
        return Part::key;
    }
    if (contains(name, "attn_output.weight")) {
        return Part::attention_output;
    }
    return contains(name, "ffn_down") ? Part::ffn_down : Part::rest;
}

/// The block number in "blk.12.", or -1 outside the blocks.
int block_of(std::string_view name) {
    if (!name.starts_with("blk.")) {
        return -1;
    }
    int block = 0;
    for (const char c : name.substr(4)) {
        if (c < '0' || c > '9' || block > 1'000'000) {
            break;
        }
        block = block * 10 + (c - '0');
    }
    return block;
}

/// The first eighth, the last eighth, and every third block between them.
bool more_bits(int i, int n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }

/// One tensor in the order in which llama-quantize visits them.
struct Visit {
    const RecipeInfo& recipe;
    const PlanModel& model;
    bool importance;
    Part part;
    int i;  ///< how many of its kind were visited before
    int n;  ///< how many there are (ffn_down: blocks)
};

DType value_dtype(const Visit& v) {
    const std::string_view name = v.recipe.name;
    const bool shared = v.model.kv_heads > 0 && v.model.heads >= 4 * v.model.kv_heads;
    DType dtype = v.recipe.base;
    if (name == "Q2_K") {
        dtype = shared ? DType::q4_k : DType::q3_k;
    } else if (name == "Q2_K_S" && shared) {
        dtype = DType::q4_k;
    } else if (name == "Q3_K_M") {
        dtype = v.i < 2 ? DType::q5_k : DType::q4_k;
    } else if (name == "Q3_K_L" || ((name == "IQ4_NL" || name == "IQ4_XS") && shared)) {
        dtype = DType::q5_k;
    } else if ((name == "Q4_K_M" || name == "Q5_K_M") && more_bits(v.i, v.n)) {
        dtype = DType::q6_k;
    } else if (name == "Q4_K_S" && v.i < 4) {
        dtype = DType::q5_k;
    }
    // Of the models with 80 blocks, LLaMA-65B (whose heads share no keys) is not meant.
    const bool is_70b = v.model.blocks == 80 &&
                        ((v.model.architecture == "llama" && v.model.heads != v.model.kv_heads) ||
                         v.model.architecture == "qwen2");
    if (is_70b && (dtype == DType::q3_k || dtype == DType::q4_k)) {
        dtype = DType::q5_k;
    }
    return v.model.experts == 8 ? DType::q8_0 : dtype;
}

DType ffn_down_dtype(const Visit& v) {
    const std::string_view name = v.recipe.name;
    const bool early = v.i < v.n / 8;
    if (name == "Q2_K") {
        return DType::q3_k;
    }
    if (name == "Q2_K_S" && early) {
        return DType::q4_k;
    }
    if (name == "Q3_K_M") {
        return v.i < v.n / 16 ? DType::q5_k : DType::q4_k;
    }
    if (name == "Q3_K_L") {
        return DType::q5_k;
    }
    if ((name == "Q4_K_M" || name == "Q5_K_M") && more_bits(v.i, v.n)) {
        return DType::q6_k;
    }
    if (name == "Q4_K_S" && early) {
        return DType::q5_k;
    }
    if ((name == "IQ4_NL" || name == "IQ4_XS") && early && !v.importance) {
        return DType::q5_k;
    }
    if (name == "Q4_0" && early && v.importance) {
        return DType::q4_1;
    }
    if (name == "Q5_0" && early && v.importance) {
        return DType::q5_1;
    }
    return v.recipe.base;
}

DType attention_output_dtype(const Visit& v) {
    const std::string_view name = v.recipe.name;
    if (v.model.experts == 8) {
        for (const std::string_view lifted :
             {"Q2_K", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "IQ4_NL", "IQ4_XS"}) {
            if (name == lifted) {
                return DType::q5_k;
            }
        }
        return v.recipe.base;
    }
    if (name == "Q2_K") {
        return DType::q3_k;
    }
    if (name == "Q3_K_M") {
        return DType::q4_k;
    }
    return name == "Q3_K_L" ? DType::q5_k : v.recipe.base;
}

DType output_dtype(const RecipeInfo& recipe, std::int64_t cols) {
    if (recipe.base == DType::q8_0 || cols % traits(recipe.base).block_values != 0) {
        return DType::q8_0;
    }
    return DType::q6_k;
}

DType embedding_dtype(const RecipeInfo& recipe) {
    const bool ternary = recipe.base == DType::tq1_0 || recipe.base == DType::tq2_0;
    return ternary || recipe.base == DType::q2_0 ? DType::q4_k : recipe.base;
}

DType dtype_of(const Visit& visit, std::int64_t cols) {
    switch (visit.part) {
        case Part::output:
            return output_dtype(visit.recipe, cols);
        case Part::embedding:
            return embedding_dtype(visit.recipe);
        case Part::value:
            return value_dtype(visit);
        case Part::key:
            return visit.model.experts == 8 ? DType::q8_0 : visit.recipe.base;
        case Part::attention_output:
            return attention_output_dtype(visit);
        case Part::ffn_down:
            return ffn_down_dtype(visit);
        default:
            return visit.recipe.base;
    }
}

}  // namespace

std::span<const RecipeInfo> recipes() { return kRecipes; }

bool is_never_quantized(const PlanTarget& target) {
    // Routers, position embeddings, and matrices so small that nothing would be gained.
    constexpr std::string_view kNever[] = {"_norm.weight",
                                           "ffn_gate_inp.weight",
                                           "ffn_gate_tid2eid",
                                           "altup",
                                           "laurel",
                                           "per_layer_model_proj",
                                           "attn_rel_b.weight",
                                           "position_embd",
                                           "token_types",
                                           "ssm_conv1d",
                                           "shortconv.conv.weight",
                                           "indexer.k_proj.weight",
                                           "indexer.q_proj.weight",
                                           "time_mix_first.weight",
                                           "time_mix_w0.weight",
                                           "time_mix_w1.weight",
                                           "time_mix_w2.weight",
                                           "time_mix_v0.weight",
                                           "time_mix_v1.weight",
                                           "time_mix_v2.weight",
                                           "time_mix_a0.weight",
                                           "time_mix_a1.weight",
                                           "time_mix_a2.weight",
                                           "time_mix_g1.weight",
                                           "time_mix_g2.weight",
                                           "time_mix_decay_w1.weight",
                                           "time_mix_decay_w2.weight",
                                           "time_mix_lerp_fused.weight",
                                           "sam.pos_embd",
                                           "sam.neck.",
                                           "sam.net_",
                                           ".rel_pos",
                                           ".patch_embd",
                                           ".patch_merger",
                                           "a.rvq.codebook",
                                           "mm.a.code_embd"};
    return std::any_of(std::begin(kNever), std::end(kNever),
                       [&](std::string_view part) { return contains(name_of(target), part); });
}

const RecipeInfo* find_recipe(std::string_view name) {
    std::string wanted = upper_case(name);
    if (wanted == "Q3_K" || wanted == "Q4_K" || wanted == "Q5_K") {
        wanted += "_M";
    }
    const auto* found = std::find_if(kRecipes.begin(), kRecipes.end(),
                                     [&](const RecipeInfo& r) { return r.name == wanted; });
    return found == kRecipes.end() ? nullptr : found;
}

std::vector<std::optional<DType>> recipe_dtypes(const RecipeInfo& recipe, const PlanModel& model,
                                                std::span<const PlanTarget> targets,
                                                bool importance, const std::vector<bool>& decided) {
    // Outside the blocks first, then block by block, alphabetically inside.
    std::vector<std::size_t> order(targets.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const std::string_view left = name_of(targets[a]);
        const std::string_view right = name_of(targets[b]);
        return std::pair(block_of(left), left) < std::pair(block_of(right), right);
    });
    const auto values = std::count_if(targets.begin(), targets.end(), [&](const auto& target) {
        return part_of(name_of(target), model.tied) == Part::value;
    });
    int value_count = 0;
    int down_count = 0;
    std::vector<std::optional<DType>> dtypes(targets.size());
    for (const std::size_t t : order) {
        const PlanTarget& target = targets[t];
        if (!is_quantized_at_all(target) || (!decided.empty() && decided[t])) {
            continue;
        }
        const Part part = part_of(name_of(target), model.tied);
        Visit visit{recipe, model, importance, part, 0, 0};
        if (part == Part::value) {
            visit.i = value_count++;
            visit.n = static_cast<int>(values);
        } else if (part == Part::ffn_down) {
            visit.i = model.experts > 1 ? block_of(name_of(target)) : down_count++;
            visit.n = static_cast<int>(model.blocks);
        }
        dtypes[t] = dtype_of(visit, target.cols);
    }
    return dtypes;
}

DType fallback_dtype(DType dtype, std::int64_t cols) {
    const auto fits = [cols](DType type) { return cols % traits(type).block_values == 0; };
    if (fits(dtype)) {
        return dtype;
    }
    DType smaller = DType::f16;
    switch (dtype) {
        case DType::q2_k:
        case DType::q3_k:
        case DType::tq1_0:
        case DType::tq2_0:
        case DType::q2_0:
            smaller = DType::q4_0;
            break;
        case DType::q4_k:
            smaller = DType::q5_0;
            break;
        case DType::q5_k:
            smaller = DType::q5_1;
            break;
        case DType::q6_k:
            smaller = DType::q8_0;
            break;
        case DType::iq4_xs:
            smaller = DType::iq4_nl;
            break;
        default:
            break;
    }
    return fits(smaller) ? smaller : DType::f16;
}

}  // namespace ql
