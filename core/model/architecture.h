// core/model: what a checkpoint is: its architecture, what each tensor is for, hyper-parameters,
// and its weights as rows in the orientation in which they are used.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace ql {

/// What a tensor is for, in the order in which roles are shown inside a layer.
enum class Role {
    token_embedding,
    position_embedding,
    attention_norm,
    q,
    k,
    v,
    qkv,
    q_norm,
    k_norm,
    attention_output,
    post_attention_norm,
    ffn_norm,
    gate,
    up,
    gate_up,
    down,
    post_ffn_norm,
    output_norm,
    output,
    rope_factors,
    other,
};

/// Stable key of a role: "attn_q", "ffn_down", "token_embd".
std::string_view name(Role role);
std::optional<Role> role_from_name(std::string_view name);

/// Whether tensors of this role (their ".weight") are the linears of the decoder's blocks.
bool is_linear(Role role);

/// What happens to a tensor on its way from Hugging Face form to GGUF.
enum class Adjust {
    none,
    permute_q,  ///< rows of every head from half-split to interleaved rotation, query heads
    permute_k,  ///< the same, key-value heads
    transpose,  ///< stored [in, out]
    add_one,    ///< a norm that stores gamma - 1
};

/// One row of an architecture's table. `{}` stands for the layer number; names are without
/// ".weight" / ".bias" and, on the Hugging Face side, without "model." or "transformer.".
struct TensorRule {
    Role role;
    std::string_view hf;
    std::string_view gguf;
    Adjust adjust = Adjust::none;
    bool required = true;
};

enum class NormKind { rms, layer };

/// What Quantloupe knows of a family of models.
struct Architecture {
    std::string_view id;                     ///< "llama"
    std::string_view title;                  ///< "Llama"
    std::vector<std::string_view> hf_types;  ///< model_type in config.json
    std::string_view gguf;                   ///< general.architecture
    NormKind norm = NormKind::rms;
    std::vector<TensorRule> rules;
};

std::span<const Architecture> architectures();
const Architecture* architecture_of_hf(std::string_view model_type);
const Architecture* architecture_of_gguf(std::string_view name);

/// A tensor name, understood.
struct TensorIdentity {
    const TensorRule* rule = nullptr;  ///< nothing known if null
    int layer = -1;                    ///< -1 outside the layers
    std::string_view suffix;           ///< ".weight", ".bias" or ""

    std::string gguf_name() const;  ///< "blk.3.attn_q.weight"; empty without a rule
};
TensorIdentity identify_hf(const Architecture& architecture, std::string_view name);
TensorIdentity identify_gguf(const Architecture& architecture, std::string_view name);

}  // namespace ql
