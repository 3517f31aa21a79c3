#include "core/export/llama_cpp_support.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/model/forward/forward_settings.h"

namespace ql {

namespace {

constexpr std::string_view kVersion = "xllamacpp 2026.10.11549";
constexpr std::string_view kDate = "2026-11-23";

constexpr std::array kSeen = {
    SeenInLlamaCpp{"llama", kVersion, kDate},  SeenInLlamaCpp{"mistral", kVersion, kDate},
    SeenInLlamaCpp{"qwen2", kVersion, kDate},  SeenInLlamaCpp{"qwen3", kVersion, kDate},
    SeenInLlamaCpp{"gemma2", kVersion, kDate}, SeenInLlamaCpp{"gemma3", kVersion, kDate},
    SeenInLlamaCpp{"phi3", kVersion, kDate},   SeenInLlamaCpp{"gpt2", kVersion, kDate},
};

using Refusal = std::optional<Sentence>;

std::string text_of(const nlohmann::json& config, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        const auto found = config.find(key);
        if (found != config.end() && found->is_string()) {
            return found->get<std::string>();
        }
    }
    return {};
}

Refusal other_activation(const Architecture& architecture, const nlohmann::json& config) {
    const std::string activation =
        text_of(config, {"hidden_activation", "hidden_act", "activation_function"});
    const bool gelu = flavour_of(architecture).activation == Activation::gelu_tanh;
    const bool same = gelu ? activation == "gelu_pytorch_tanh" || activation == "gelu_new"
                           : activation == "silu" || activation == "swish";
    if (same || activation.empty()) {
        return std::nullopt;
    }
    return Sentence(
        QL_TR("core", "The model's activation function is {}; llama.cpp always uses {} for {}."),
        in_quotes(activation), gelu ? "gelu_pytorch_tanh" : "silu", architecture.title);
}

/// Gemma scales attention by query_pre_attn_scalar, which llama.cpp does not read from the file.
Refusal other_attention_scale(const Architecture& architecture, const Hyperparameters& h,
                              const nlohmann::json& config) {
    const auto scalar = config.find("query_pre_attn_scalar");
    if (!architecture.id.starts_with("gemma") || scalar == config.end() || !scalar->is_number()) {
        return std::nullopt;
    }
    const bool largest = h.block_count == flavour_of(architecture).largest_blocks;
    const std::uint64_t assumed = largest ? h.embedding_length / h.head_count : h.head_dim;
    if (scalar->get<double>() == static_cast<double>(assumed)) {
        return std::nullopt;
    }
    return Sentence(QL_TR("core",
                          "The model's query_pre_attn_scalar is {}; llama.cpp assumes {} for a "
                          "model of this size."),
                    scalar->get<double>(), assumed);
}

Refusal other_pattern(const Architecture& architecture, const Hyperparameters& h,
                      const nlohmann::json& config) {
    const Flavour& flavour = flavour_of(architecture);
    if (flavour.windows != Windows::periodic) {
        return std::nullopt;
    }
    try {
        if (windowed_blocks(flavour, h.block_count, config) ==
            windowed_but_every(h.block_count, flavour.period)) {
            return std::nullopt;
        }
    } catch (const Error& error) {
        return error.sentence();
    }
    return Sentence(QL_TR("core",
                          "The model's local and global attention layers do not alternate as "
                          "llama.cpp assumes (every layer of number {} × n global)."),
                    flavour.period);
}

/// Whether attention_factor is what YaRN prescribes for the factor.
bool is_usual_attention_factor(const RopeScaling& scaling) {
    const double usual = scaling.factor > 1 ? 0.1 * std::log(scaling.factor) + 1 : 1;
    return !scaling.attention_factor || std::abs(*scaling.attention_factor - usual) < 1e-4;
}

Refusal other_rope(const Architecture& architecture, const Hyperparameters& h) {
    if (architecture.gguf == "llama" && h.rope_dimension != h.head_dim) {
        return Sentence(QL_TR("core",
                              "llama.cpp rotates whole heads of {} dimensions for {}; this "
                              "model rotates {}."),
                        h.head_dim, architecture.title, h.rope_dimension);
    }
    if (!h.rope_scaling) {
        return std::nullopt;
    }
    const RopeScaling& scaling = *h.rope_scaling;
    const bool phi = architecture.id == "phi3";
    const bool known = scaling.type == "linear" || scaling.type == "yarn" ||
                       (scaling.type == "llama3" && architecture.gguf == "llama") ||
                       (scaling.type == "longrope" && phi);
    if (!known) {
        return Sentence(QL_TR("core", "llama.cpp has no RoPE scaling of type {} for {}."),
                        in_quotes(scaling.type), architecture.title);
    }
    if (scaling.type == "yarn" && !is_usual_attention_factor(scaling)) {
        return Sentence(QL_TR("core",
                              "The model's YaRN attention factor is {}, which llama.cpp does "
                              "not read from the file."),
                        *scaling.attention_factor);
    }
    if (scaling.type == "llama3" &&
        (scaling.original_context == 0 || scaling.high_freq_factor <= scaling.low_freq_factor)) {
        return Sentence(QL_TR("core",
                              "The model's RoPE scaling lacks the original context length, or "
                              "its frequency factors are not in order."));
    }
    const std::uint64_t pairs = h.rope_dimension / 2;
    if (scaling.type == "longrope" &&
        (scaling.long_factors.size() != pairs || scaling.short_factors.size() != pairs)) {
        return Sentence(
            QL_TR("core", "The model has {} long and {} short RoPE factors; {} are needed."),
            scaling.long_factors.size(), scaling.short_factors.size(), pairs);
    }
    return std::nullopt;
}

}  // namespace

const SeenInLlamaCpp* seen_in_llama_cpp(const Architecture& architecture) {
    const auto found = std::find_if(kSeen.begin(), kSeen.end(), [&](const SeenInLlamaCpp& seen) {
        return seen.architecture == architecture.id;
    });
    return found == kSeen.end() ? nullptr : &*found;
}

bool name_needs_other_tokens(std::string_view name, const std::vector<std::string>& tokens) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower.find("phi-3") == std::string::npos && lower.find("phi3") == std::string::npos) {
        return false;
    }
    constexpr std::array<std::string_view, 4> kNeeded = {"<unk>", "<s>", "</s>", "<|endoftext|>"};
    return !std::all_of(kNeeded.begin(), kNeeded.end(), [&](std::string_view needed) {
        return std::find(tokens.begin(), tokens.end(), needed) != tokens.end();
    });
}

std::optional<Sentence> llama_cpp_deviation(const Model& model) {
    const Architecture& architecture = *model.architecture();
    const Hyperparameters& h = *model.hyperparameters();
    const nlohmann::json& config = text_config(model.checkpoint().config());
    for (const Refusal& refusal :
         {other_activation(architecture, config), other_attention_scale(architecture, h, config),
          other_pattern(architecture, h, config), other_rope(architecture, h)}) {
        if (refusal) {
            return refusal;
        }
    }
    return std::nullopt;
}

}  // namespace ql
