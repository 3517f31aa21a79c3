#include "core/model/architecture.h"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace ql {

namespace {

constexpr std::array kRoleNames = {
    std::pair{Role::token_embedding, "token_embd"},
    std::pair{Role::position_embedding, "position_embd"},
    std::pair{Role::attention_norm, "attn_norm"},
    std::pair{Role::q, "attn_q"},
    std::pair{Role::k, "attn_k"},
    std::pair{Role::v, "attn_v"},
    std::pair{Role::qkv, "attn_qkv"},
    std::pair{Role::q_norm, "attn_q_norm"},
    std::pair{Role::k_norm, "attn_k_norm"},
    std::pair{Role::attention_output, "attn_output"},
    std::pair{Role::post_attention_norm, "post_attention_norm"},
    std::pair{Role::ffn_norm, "ffn_norm"},
    std::pair{Role::gate, "ffn_gate"},
    std::pair{Role::up, "ffn_up"},
    std::pair{Role::gate_up, "ffn_gate_up"},
    std::pair{Role::down, "ffn_down"},
    std::pair{Role::post_ffn_norm, "post_ffw_norm"},
    std::pair{Role::output_norm, "output_norm"},
    std::pair{Role::output, "output"},
    std::pair{Role::rope_factors, "rope_factors"},
    std::pair{Role::other, "other"},
};

const TensorRule kEmbedding{Role::token_embedding, "embed_tokens", "token_embd"};
const TensorRule kAttentionNorm{Role::attention_norm, "layers.{}.input_layernorm",
                                "blk.{}.attn_norm"};
const TensorRule kQ{Role::q, "layers.{}.self_attn.q_proj", "blk.{}.attn_q"};
const TensorRule kK{Role::k, "layers.{}.self_attn.k_proj", "blk.{}.attn_k"};
const TensorRule kV{Role::v, "layers.{}.self_attn.v_proj", "blk.{}.attn_v"};
const TensorRule kO{Role::attention_output, "layers.{}.self_attn.o_proj", "blk.{}.attn_output"};
const TensorRule kQNorm{Role::q_norm, "layers.{}.self_attn.q_norm", "blk.{}.attn_q_norm"};
const TensorRule kKNorm{Role::k_norm, "layers.{}.self_attn.k_norm", "blk.{}.attn_k_norm"};
const TensorRule kFfnNorm{Role::ffn_norm, "layers.{}.post_attention_layernorm", "blk.{}.ffn_norm"};
const TensorRule kGate{Role::gate, "layers.{}.mlp.gate_proj", "blk.{}.ffn_gate"};
const TensorRule kUp{Role::up, "layers.{}.mlp.up_proj", "blk.{}.ffn_up"};
const TensorRule kDown{Role::down, "layers.{}.mlp.down_proj", "blk.{}.ffn_down"};
const TensorRule kOutputNorm{Role::output_norm, "norm", "output_norm"};
const TensorRule kOutput{Role::output, "lm_head", "output", Adjust::none, false};
const TensorRule kRopeFactors{Role::rope_factors, "", "rope_freqs", Adjust::none, false};

TensorRule with(TensorRule rule, Adjust adjust) {
    rule.adjust = adjust;
    return rule;
}

TensorRule moved(TensorRule rule, std::string_view hf) {
    rule.hf = hf;
    return rule;
}

std::vector<TensorRule> llama_rules() {
    // The llama graph rotates neighbouring pairs, Hugging Face rotates halves.
    return {kEmbedding,
            kAttentionNorm,
            with(kQ, Adjust::permute_q),
            with(kK, Adjust::permute_k),
            kV,
            kO,
            kFfnNorm,
            kGate,
            kUp,
            kDown,
            kOutputNorm,
            kOutput,
            kRopeFactors};
}

std::vector<TensorRule> qwen2_rules() {
    return {kEmbedding, kAttentionNorm, kQ,  kK,    kV,          kO,
            kFfnNorm,   kGate,          kUp, kDown, kOutputNorm, kOutput};
}

std::vector<TensorRule> qwen3_rules() {
    return {kEmbedding, kAttentionNorm, kQ,    kK,  kV,    kQNorm,      kKNorm,
            kO,         kFfnNorm,       kGate, kUp, kDown, kOutputNorm, kOutput};
}

/// Gemma norms four times a layer and stores gamma - 1; gemma 3 also norms queries and keys.
std::vector<TensorRule> gemma_rules(bool query_key_norms) {
    const auto norm = [](const TensorRule& rule) { return with(rule, Adjust::add_one); };
    std::vector<TensorRule> rules = {
        kEmbedding,
        norm(kAttentionNorm),
        kQ,
        kK,
        kV,
        kO,
        norm({Role::post_attention_norm, "layers.{}.post_attention_layernorm",
              "blk.{}.post_attention_norm"}),
        norm(moved(kFfnNorm, "layers.{}.pre_feedforward_layernorm")),
        kGate,
        kUp,
        kDown,
        norm({Role::post_ffn_norm, "layers.{}.post_feedforward_layernorm", "blk.{}.post_ffw_norm"}),
        norm(kOutputNorm),
        kOutput};
    if (query_key_norms) {
        rules.push_back(norm(kQNorm));
        rules.push_back(norm(kKNorm));
    }
    return rules;
}

std::vector<TensorRule> phi3_rules() {
    return {kEmbedding,
            kAttentionNorm,
            {Role::qkv, "layers.{}.self_attn.qkv_proj", "blk.{}.attn_qkv"},
            kO,
            kFfnNorm,
            {Role::gate_up, "layers.{}.mlp.gate_up_proj", "blk.{}.ffn_up"},
            kDown,
            kOutputNorm,
            kOutput,
            {Role::rope_factors, "", "rope_factors_long", Adjust::none, false},
            {Role::rope_factors, "", "rope_factors_short", Adjust::none, false}};
}

std::vector<TensorRule> gpt2_rules() {
    return {{Role::token_embedding, "wte", "token_embd"},
            {Role::position_embedding, "wpe", "position_embd"},
            {Role::attention_norm, "h.{}.ln_1", "blk.{}.attn_norm"},
            {Role::qkv, "h.{}.attn.c_attn", "blk.{}.attn_qkv", Adjust::transpose},
            {Role::attention_output, "h.{}.attn.c_proj", "blk.{}.attn_output", Adjust::transpose},
            {Role::ffn_norm, "h.{}.ln_2", "blk.{}.ffn_norm"},
            {Role::up, "h.{}.mlp.c_fc", "blk.{}.ffn_up", Adjust::transpose},
            {Role::down, "h.{}.mlp.c_proj", "blk.{}.ffn_down", Adjust::transpose},
            {Role::output_norm, "ln_f", "output_norm"},
            kOutput};
}

/// Prefixes under which the same names are found in different exports.
constexpr std::array<std::string_view, 5> kHfPrefixes = {
    "model.language_model.", "language_model.model.", "language_model.", "model.", "transformer."};

constexpr std::array<std::string_view, 2> kSuffixes = {".weight", ".bias"};

/// The layer number if `name` is `pattern` with a number in place of {}; -1 if it is the pattern.
std::optional<int> match(std::string_view pattern, std::string_view name) {
    const std::size_t place = pattern.find("{}");
    if (place == std::string_view::npos) {
        return pattern == name ? std::optional(-1) : std::nullopt;
    }
    const std::string_view head = pattern.substr(0, place);
    const std::string_view tail = pattern.substr(place + 2);
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head) ||
        !name.ends_with(tail)) {
        return std::nullopt;
    }
    const std::string_view number =
        name.substr(head.size(), name.size() - head.size() - tail.size());
    int layer = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), layer);
    const bool canonical = number.size() == 1 || number.front() != '0';
    const bool whole = error == std::errc() && end == number.data() + number.size() && canonical;
    return whole && layer >= 0 ? std::optional(layer) : std::nullopt;
}

TensorIdentity identify(const Architecture& architecture, std::string_view name,
                        std::string_view TensorRule::*side) {
    TensorIdentity identity;
    for (const std::string_view suffix : kSuffixes) {
        if (name.ends_with(suffix)) {
            identity.suffix = suffix;
            name.remove_suffix(suffix.size());
            break;
        }
    }
    for (const TensorRule& rule : architecture.rules) {
        if ((rule.*side).empty()) {
            continue;
        }
        if (const std::optional<int> layer = match(rule.*side, name)) {
            identity.rule = &rule;
            identity.layer = *layer;
            break;
        }
    }
    return identity;
}

}  // namespace

std::string_view name(Role role) { return kRoleNames[static_cast<std::size_t>(role)].second; }

std::optional<Role> role_from_name(std::string_view text) {
    for (const auto& [role, role_name] : kRoleNames) {
        if (role_name == text) {
            return role;
        }
    }
    return std::nullopt;
}

bool is_linear(Role role) {
    switch (role) {
        case Role::q:
        case Role::k:
        case Role::v:
        case Role::qkv:
        case Role::attention_output:
        case Role::gate:
        case Role::up:
        case Role::gate_up:
        case Role::down:
            return true;
        default:
            return false;
    }
}

std::span<const Architecture> architectures() {
    static const std::vector<Architecture> all = {
        {"llama", "Llama", {"llama"}, "llama", NormKind::rms, llama_rules()},
        {"mistral", "Mistral", {"mistral"}, "llama", NormKind::rms, llama_rules()},
        {"qwen2", "Qwen2", {"qwen2"}, "qwen2", NormKind::rms, qwen2_rules()},
        {"qwen3", "Qwen3", {"qwen3"}, "qwen3", NormKind::rms, qwen3_rules()},
        {"gemma2", "Gemma 2", {"gemma2"}, "gemma2", NormKind::rms, gemma_rules(false)},
        {"gemma3",
         "Gemma 3",
         {"gemma3_text", "gemma3"},
         "gemma3",
         NormKind::rms,
         gemma_rules(true)},
        {"phi3", "Phi-3", {"phi3"}, "phi3", NormKind::rms, phi3_rules()},
        {"gpt2", "GPT-2", {"gpt2"}, "gpt2", NormKind::layer, gpt2_rules()},
    };
    return all;
}

const Architecture* architecture_of_hf(std::string_view model_type) {
    for (const Architecture& architecture : architectures()) {
        for (const std::string_view type : architecture.hf_types) {
            if (type == model_type) {
                return &architecture;
            }
        }
    }
    return nullptr;
}

const Architecture* architecture_of_gguf(std::string_view gguf) {
    for (const Architecture& architecture : architectures()) {
        if (architecture.gguf == gguf) {
            return &architecture;
        }
    }
    return nullptr;
}

std::string TensorIdentity::gguf_name() const {
    if (rule == nullptr) {
        return {};
    }
    return layer < 0 ? fmt::format("{}{}", rule->gguf, suffix)
                     : fmt::format("{}{}", fmt::format(fmt::runtime(rule->gguf), layer), suffix);
}

TensorIdentity identify_hf(const Architecture& architecture, std::string_view tensor) {
    for (const std::string_view prefix : kHfPrefixes) {
        if (tensor.starts_with(prefix)) {
            tensor.remove_prefix(prefix.size());
            break;
        }
    }
    return identify(architecture, tensor, &TensorRule::hf);
}

TensorIdentity identify_gguf(const Architecture& architecture, std::string_view tensor) {
    return identify(architecture, tensor, &TensorRule::gguf);
}

}  // namespace ql
