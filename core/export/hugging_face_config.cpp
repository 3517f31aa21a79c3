#include "core/export/hugging_face_config.h"

#include <nlohmann/json.hpp>

#include "core/export/gguf_model_keys.h"
#include "core/model/forward/forward_settings.h"

namespace ql {

namespace {

using Json = nlohmann::ordered_json;

/// What transformers calls an architecture, of those whose GGUF form has all that it needs.
struct HuggingFaceNames {
    std::string_view architecture;
    std::string_view model_type;
    std::string_view model_class;
    std::string_view activation;
};
constexpr std::array kClasses = {
    HuggingFaceNames{"llama", "llama", "LlamaForCausalLM", "silu"},
    HuggingFaceNames{"qwen2", "qwen2", "Qwen2ForCausalLM", "silu"},
    HuggingFaceNames{"qwen3", "qwen3", "Qwen3ForCausalLM", "silu"},
    HuggingFaceNames{"gemma2", "gemma2", "Gemma2ForCausalLM", "gelu_pytorch_tanh"},
    HuggingFaceNames{"gemma3", "gemma3_text", "Gemma3ForCausalLM", "gelu_pytorch_tanh"},
    HuggingFaceNames{"phi3", "phi3", "Phi3ForCausalLM", "silu"},
};

[[noreturn]] void refuse(const Model& model, const Sentence& why) {
    throw Error(ErrorCode::unsupported, why, model.checkpoint().path().string());
}

const HuggingFaceNames& names_of(const Model& model) {
    const auto* found =
        std::find_if(kClasses.begin(), kClasses.end(), [&](const HuggingFaceNames& names) {
            return model.architecture() != nullptr && model.hyperparameters() &&
                   names.architecture == model.architecture()->id;
        });
    if (found == kClasses.end()) {
        refuse(model, Sentence(QL_TR("core",
                                     "A GGUF file of this architecture cannot be written in "
                                     "Hugging Face form.")));
    }
    return *found;
}

/// A number that GGUF has in float32 as people wrote it: 1e-05, not 9.999999747378752e-06.
double written(double value) { return std::stod(fmt::format("{}", static_cast<float>(value))); }

constexpr std::uint64_t kLlama3Context = 8192;

/// Llama 3's scaling, of which GGUF files have only the resulting divisors: one of those that were
/// published.
std::optional<Json> llama3_scaling(const Model& model, const ModelTensor& divisors) {
    if (divisors.values() != model.hyperparameters()->rope_dimension / 2) {
        return std::nullopt;
    }
    std::vector<float> stored(divisors.values());
    model.rows(divisors)->read(0, divisors.rows, stored.data());
    for (const double factor : {8.0, 32.0, 16.0}) {
        Hyperparameters h = *model.hyperparameters();
        h.rope_scaling.emplace();
        h.rope_scaling->factor = factor;
        h.rope_scaling->original_context = kLlama3Context;
        const std::vector<float> expected = llama3_divisors(h);
        const bool same =
            std::equal(stored.begin(), stored.end(), expected.begin(), expected.end(),
                       [](float a, float b) { return std::abs(a - b) <= 1e-5F * std::abs(b); });
        if (same) {
            return Json{{"rope_type", "llama3"},
                        {"factor", factor},
                        {"low_freq_factor", 1.0},
                        {"high_freq_factor", 4.0},
                        {"original_max_position_embeddings", kLlama3Context}};
        }
    }
    return std::nullopt;
}

Json rope_scaling(const Model& model) {
    if (const ModelTensor* divisors = model.find("rope_freqs.weight")) {
        if (auto scaling = llama3_scaling(model, *divisors)) {
            return *std::move(scaling);
        }
        refuse(model, Sentence(QL_TR("core",
                                     "The file scales its rotation by a table of its own, which "
                                     "config.json cannot hold.")));
    }
    const auto& scaling = model.hyperparameters()->rope_scaling;
    if (!scaling) {
        return nullptr;
    }
    if (scaling->type != "linear") {
        refuse(model, Sentence(QL_TR("core",
                                     "The rotation is scaled by {}, which is not written in "
                                     "Hugging Face form yet."),
                               scaling->type));
    }
    return {{"rope_type", "linear"}, {"factor", written(scaling->factor)}};
}

/// Which blocks attend through a window, and what else Gemma has.
void add_gemma(const Model& model, const ForwardSettings& settings, Json& config) {
    const Hyperparameters& h = *model.hyperparameters();
    config["query_pre_attn_scalar"] = settings.query_scalar;
    config["attn_logit_softcapping"] =
        h.attention_softcap ? Json(written(*h.attention_softcap)) : Json();
    config["final_logit_softcapping"] =
        h.output_softcap ? Json(written(*h.output_softcap)) : Json();
    if (model.architecture()->id == "gemma3") {
        config["rope_local_base_freq"] = written(settings.local_rope_base);
    }
    Json layers = Json::array();
    for (const bool windowed : settings.windowed) {
        layers.push_back(windowed ? "sliding_attention" : "full_attention");
    }
    config["layer_types"] = std::move(layers);
    config["sliding_window"] = settings.window ? Json(*settings.window) : Json();
}

bool has_bias(const Model& model, Role role) {
    return std::any_of(model.tensors().begin(), model.tensors().end(),
                       [&](const ModelTensor& t) { return t.role == role && t.bias; });
}

/// Whether the numbers come back from what was written.
bool comes_back(const Model& model, const Json& config) {
    const Hyperparameters& a = *model.hyperparameters();
    const Hyperparameters b =
        hyperparameters_from_config(nlohmann::json(config), *model.architecture());
    const auto close = [](double x, double y) { return std::abs(x - y) <= 1e-6 * std::abs(y); };
    return a.context_length == b.context_length && a.embedding_length == b.embedding_length &&
           a.block_count == b.block_count && a.feed_forward_length == b.feed_forward_length &&
           a.head_count == b.head_count && a.head_count_kv == b.head_count_kv &&
           a.head_dim == b.head_dim && a.vocab_size == b.vocab_size &&
           a.rope_dimension == b.rope_dimension && close(a.norm_epsilon, b.norm_epsilon) &&
           close(a.rope_freq_base, b.rope_freq_base) &&
           a.attention_softcap.has_value() == b.attention_softcap.has_value() &&
           a.output_softcap.has_value() == b.output_softcap.has_value();
}

}  // namespace

Json hugging_face_config(const Model& model) {
    const HuggingFaceNames& names = names_of(model);
    const Hyperparameters& h = *model.hyperparameters();
    const ForwardSettings settings = forward_settings(model);
    Json config = {{"architectures", {names.model_class}},
                   {"model_type", names.model_type},
                   {"vocab_size", h.vocab_size},
                   {"hidden_size", h.embedding_length},
                   {"intermediate_size", h.feed_forward_length},
                   {"num_hidden_layers", h.block_count},
                   {"num_attention_heads", h.head_count},
                   {"num_key_value_heads", h.head_count_kv},
                   {"head_dim", h.head_dim},
                   {"max_position_embeddings", h.context_length},
                   {"rms_norm_eps", written(h.norm_epsilon)},
                   {"rope_theta", written(h.rope_freq_base)},
                   {"rope_scaling", rope_scaling(model)},
                   {"tie_word_embeddings", model.find("output.weight") == nullptr}};
    for (const char* token : {"bos", "eos"}) {
        const auto id =
            model.checkpoint().gguf()->uint(fmt::format("tokenizer.ggml.{}_token_id", token));
        if (id && *id < h.vocab_size) {
            config[fmt::format("{}_token_id", token)] = *id;
        }
    }
    config[names.architecture.starts_with("gemma") ? "hidden_activation" : "hidden_act"] =
        names.activation;
    if (names.architecture == "llama") {
        config["attention_bias"] = has_bias(model, Role::q);
        config["mlp_bias"] = has_bias(model, Role::gate);
    }
    if (names.architecture == "phi3") {
        config["partial_rotary_factor"] =
            static_cast<double>(h.rope_dimension) / static_cast<double>(h.head_dim);
        config["sliding_window"] = settings.window ? Json(*settings.window) : Json();
    }
    if (names.architecture.starts_with("gemma")) {
        add_gemma(model, settings, config);
    }
    if (!comes_back(model, config)) {
        refuse(model, Sentence(QL_TR("core",
                                     "The model's numbers cannot be said in config.json of its "
                                     "architecture.")));
    }
    return config;
}

std::string hugging_face_name(const Model& model, const ModelTensor& tensor) {
    const TensorIdentity identity = identify_gguf(*model.architecture(), tensor.name);
    if (identity.rule == nullptr || identity.rule->hf.empty()) {
        return {};
    }
    const std::string inner = identity.layer < 0
                                  ? std::string(identity.rule->hf)
                                  : fmt::format(fmt::runtime(identity.rule->hf), identity.layer);
    return fmt::format("{}{}{}", identity.rule->role == Role::output ? "" : "model.", inner,
                       identity.suffix);
}

}  // namespace ql
