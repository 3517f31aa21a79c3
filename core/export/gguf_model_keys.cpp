#include "core/export/gguf_model_keys.h"

#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

#include "core/export/llama_cpp_support.h"
#include "core/files/escape.h"

namespace ql {

namespace {

/// Sets keys under the architecture's prefix.
class KeyWriter {
  public:
    KeyWriter(GgufMetadata& keys, std::string_view prefix) : keys_(keys), prefix_(prefix) {}

    void count(std::string_view key, std::uint64_t value) {
        set(key, GgufValue::of_u32(static_cast<std::uint32_t>(value)));
    }
    void number(std::string_view key, double value) {
        set(key, GgufValue::of_f32(static_cast<float>(value)));
    }
    void text(std::string_view key, std::string_view value) {
        set(key, GgufValue::of_string(value));
    }

  private:
    void set(std::string_view key, GgufValue value) {
        keys_.set(fmt::format("{}.{}", prefix_, key), std::move(value));
    }

    GgufMetadata& keys_;
    std::string_view prefix_;
};

void write_attention(const Architecture& architecture, const Hyperparameters& h, KeyWriter& keys) {
    keys.count("attention.head_count", h.head_count);
    keys.count("attention.head_count_kv", h.head_count_kv);
    if (architecture.norm == NormKind::rms) {
        keys.number("attention.layer_norm_rms_epsilon", h.norm_epsilon);
    } else {
        keys.number("attention.layer_norm_epsilon", h.norm_epsilon);
    }
    if (h.head_dim * h.head_count != h.embedding_length || architecture.id == "qwen3" ||
        architecture.id.starts_with("gemma")) {
        keys.count("attention.key_length", h.head_dim);
        keys.count("attention.value_length", h.head_dim);
    }
    if (h.sliding_window && (architecture.id.starts_with("gemma") || architecture.id == "phi3")) {
        keys.count("attention.sliding_window", *h.sliding_window);
    }
    if (h.attention_softcap) {
        keys.number("attn_logit_softcapping", *h.attention_softcap);
    }
    if (h.output_softcap) {
        keys.number("final_logit_softcapping", *h.output_softcap);
    }
}

std::optional<double> number_of(const nlohmann::json& config, const char* key) {
    const auto found = config.find(key);
    return found != config.end() && found->is_number() ? std::optional(found->get<double>())
                                                       : std::nullopt;
}

/// The context that the model was trained with before its RoPE was scaled.
std::uint64_t original_context(const Hyperparameters& h, const nlohmann::json& config) {
    if (h.rope_scaling && h.rope_scaling->original_context > 0) {
        return h.rope_scaling->original_context;
    }
    const auto top = number_of(config, "original_max_position_embeddings");
    return top && *top >= 1 && *top <= static_cast<double>(h.context_length)
               ? static_cast<std::uint64_t>(*top)
               : h.context_length;
}

/// What attention is scaled by with long factors, as published with Phi-3.
double longrope_attention(const Hyperparameters& h, std::uint64_t original) {
    if (h.rope_scaling->attention_factor) {
        return *h.rope_scaling->attention_factor;
    }
    const double scale = static_cast<double>(h.context_length) / static_cast<double>(original);
    return scale > 1 ? std::sqrt(1 + std::log(scale) / std::log(static_cast<double>(original))) : 1;
}

void write_rope_scaling(const Architecture& architecture, const Hyperparameters& h,
                        const nlohmann::json& config, KeyWriter& keys) {
    const std::uint64_t original = original_context(h, config);
    if (architecture.id == "phi3") {
        keys.count("rope.scaling.original_context_length", original);
    }
    if (!h.rope_scaling) {
        return;
    }
    const RopeScaling& scaling = *h.rope_scaling;
    if (scaling.type == "linear" || scaling.type == "yarn") {
        keys.text("rope.scaling.type", scaling.type);
        keys.number("rope.scaling.factor", scaling.factor);
        keys.count("rope.scaling.original_context_length", original);
    } else if (scaling.type == "longrope") {
        keys.number("rope.scaling.attn_factor", longrope_attention(h, original));
    }
    if (scaling.type == "yarn" && scaling.beta_fast) {
        keys.number("rope.scaling.yarn_beta_fast", *scaling.beta_fast);
    }
    if (scaling.type == "yarn" && scaling.beta_slow) {
        keys.number("rope.scaling.yarn_beta_slow", *scaling.beta_slow);
    }
}

void write_rope(const Architecture& architecture, const Hyperparameters& h,
                const nlohmann::json& config, KeyWriter& keys) {
    keys.number("rope.freq_base", h.rope_freq_base);
    keys.count("rope.dimension_count", h.rope_dimension);
    if (architecture.id == "gemma3") {
        const auto local = number_of(rope_parameters(config, "sliding_attention"), "rope_theta");
        keys.number("rope.freq_base_swa",
                    number_of(config, "rope_local_base_freq").value_or(local.value_or(10000)));
    }
    write_rope_scaling(architecture, h, config, keys);
}

GgufExportTensor computed(std::string name, std::vector<float> values) {
    GgufExportTensor tensor;
    tensor.tensor = GgufExportTensor::kComputed;
    tensor.name = std::move(name);
    tensor.shape = {static_cast<std::int64_t>(values.size())};
    tensor.bytes = values.size() * sizeof(float);
    tensor.values = std::move(values);
    return tensor;
}

}  // namespace

// Long waves are stretched by the factor, short ones kept, those between interpolated.
std::vector<float> llama3_divisors(const Hyperparameters& h) {
    const RopeScaling& s = *h.rope_scaling;
    const auto context = static_cast<double>(s.original_context);
    std::vector<float> divisors;
    for (std::uint64_t i = 0; i < h.rope_dimension / 2; ++i) {
        const double frequency =
            std::pow(h.rope_freq_base,
                     -2.0 * static_cast<double>(i) / static_cast<double>(h.rope_dimension));
        const double wave = 2 * std::numbers::pi / frequency;
        double divisor = 1;
        if (wave > context / s.low_freq_factor) {
            divisor = s.factor;
        } else if (wave >= context / s.high_freq_factor) {
            const double smooth =
                (context / wave - s.low_freq_factor) / (s.high_freq_factor - s.low_freq_factor);
            divisor = 1 / ((1 - smooth) / s.factor + smooth);
        }
        divisors.push_back(static_cast<float>(divisor));
    }
    return divisors;
}

GgufMetadata gguf_model_keys(const Model& model) {
    const Architecture& architecture = *model.architecture();
    const Hyperparameters& h = *model.hyperparameters();
    const nlohmann::json& config = text_config(model.checkpoint().config());
    GgufMetadata metadata;
    metadata.set("general.architecture", GgufValue::of_string(architecture.gguf));
    metadata.set("general.type", GgufValue::of_string("model"));
    if (is_clean_text(model.title())) {
        metadata.set("general.name", GgufValue::of_string(model.title()));
    }
    KeyWriter keys(metadata, architecture.gguf);
    keys.count("context_length", h.context_length);
    keys.count("embedding_length", h.embedding_length);
    keys.count("block_count", h.block_count);
    keys.count("feed_forward_length", h.feed_forward_length);
    write_attention(architecture, h, keys);
    if (h.rope_dimension > 0) {
        write_rope(architecture, h, config, keys);
    }
    return metadata;
}

std::vector<GgufExportTensor> gguf_rope_tensors(const Model& model) {
    const Hyperparameters& h = *model.hyperparameters();
    std::vector<GgufExportTensor> tensors;
    if (!h.rope_scaling) {
        return tensors;
    }
    if (h.rope_scaling->type == "llama3") {
        tensors.push_back(computed("rope_freqs.weight", llama3_divisors(h)));
    } else if (h.rope_scaling->type == "longrope") {
        const auto floats = [](const std::vector<double>& values) {
            return std::vector<float>(values.begin(), values.end());
        };
        tensors.push_back(
            computed("rope_factors_long.weight", floats(h.rope_scaling->long_factors)));
        tensors.push_back(
            computed("rope_factors_short.weight", floats(h.rope_scaling->short_factors)));
    }
    return tensors;
}

}  // namespace ql
