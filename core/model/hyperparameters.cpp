#include "core/model/hyperparameters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace ql {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMostLayers = 4096;
constexpr std::uint64_t kMostOfAnything = std::uint64_t{1} << 31;

[[noreturn]] void refuse(const Sentence& sentence) { throw Error(ErrorCode::bad_file, sentence); }

[[noreturn]] void refuse_value(std::string_view key, std::string_view value) {
    refuse(
        Sentence(QL_TR("core", "The hyper-parameter {} has the impossible value {}."), key, value));
}

/// Reads numbers by key from config.json or GGUF metadata alike. Absent keys (and null) give
/// nothing; a value of the wrong kind is refused.
class Source {
  public:
    virtual ~Source() = default;
    virtual std::optional<double> number(const std::string& key) const = 0;

    std::optional<std::uint64_t> count(const std::string& key) const {
        const std::optional<double> value = number(key);
        if (!value) {
            return std::nullopt;
        }
        if (!(*value >= 1) || *value > static_cast<double>(kMostOfAnything) ||
            *value != std::floor(*value)) {
            refuse_value(key, fmt::format("{}", *value));
        }
        return static_cast<std::uint64_t>(*value);
    }

    std::uint64_t required_count(const std::string& key) const {
        const std::optional<std::uint64_t> value = count(key);
        if (!value) {
            refuse(Sentence(QL_TR("core", "The hyper-parameter {} is missing."), key));
        }
        return *value;
    }

    std::optional<double> positive(const std::string& key) const {
        const std::optional<double> value = number(key);
        if (value && !(std::isfinite(*value) && *value > 0)) {
            refuse_value(key, fmt::format("{}", *value));
        }
        return value;
    }
};

class ConfigSource final : public Source {
  public:
    explicit ConfigSource(const json& config) : config_(config) {}

    std::optional<double> number(const std::string& key) const override {
        const auto it = config_.find(key);
        if (it == config_.end() || it->is_null()) {
            return std::nullopt;
        }
        if (!it->is_number()) {
            refuse_value(key, it->dump().substr(0, 40));
        }
        return it->get<double>();
    }

  private:
    const json& config_;
};

class GgufSource final : public Source {
  public:
    explicit GgufSource(const GgufMetadata& metadata) : metadata_(metadata) {}

    std::optional<double> number(const std::string& key) const override {
        const GgufValue* value = metadata_.find(key);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (const auto single = value->as_number()) {
            return single;
        }
        const auto many = value->as_numbers();  // one entry for each block
        if (!many || many->empty()) {
            refuse_value(key, value->to_text(40));
        }
        return *std::max_element(many->begin(), many->end());
    }

  private:
    const GgufMetadata& metadata_;
};

bool flag(const json& config, const char* key, bool otherwise) {
    const auto it = config.find(key);
    if (it == config.end() || it->is_null()) {
        return otherwise;
    }
    if (!it->is_boolean()) {
        refuse_value(key, it->dump().substr(0, 40));
    }
    return it->get<bool>();
}

void check(const Hyperparameters& h, std::string_view block_count_key) {
    if (h.block_count > kMostLayers) {
        refuse_value(block_count_key, fmt::format("{}", h.block_count));
    }
    if (h.head_count_kv > h.head_count || h.head_count % h.head_count_kv != 0) {
        refuse(Sentence(QL_TR("core", "{} key-value heads do not divide {} heads."),
                        h.head_count_kv, h.head_count));
    }
    if (h.rope_dimension % 2 != 0) {
        refuse(Sentence(QL_TR("core", "The rotary dimension {} is odd."), h.rope_dimension));
    }
    if (h.rope_dimension > h.head_dim) {
        refuse(Sentence(QL_TR("core", "The rotary dimension {} is larger than a head of {}."),
                        h.rope_dimension, h.head_dim));
    }
    if (h.head_count * h.head_dim > kMostOfAnything) {
        refuse_value("head_dim", fmt::format("{}", h.head_dim));
    }
}

std::uint64_t heads_divide(std::uint64_t width, std::uint64_t heads) {
    if (width % heads != 0) {
        refuse(Sentence(QL_TR("core", "{} heads do not divide the width {}."), heads, width));
    }
    return width / heads;
}

std::vector<double> numbers(const json& value, std::string_view key) {
    std::vector<double> result;
    for (const json& item : value) {
        if (!item.is_number()) {
            refuse_value(key, item.dump().substr(0, 40));
        }
        result.push_back(item.get<double>());
    }
    return result;
}

/// rope_scaling of config.json; an empty object if absent.
const json& old_rope_scaling(const json& config) {
    static const json none = json::object();
    const auto it = config.find("rope_scaling");
    if (it == config.end() || it->is_null()) {
        return none;
    }
    if (!it->is_object()) {
        refuse_value("rope_scaling", it->dump().substr(0, 40));
    }
    return *it;
}

/// What YaRN scales attention by.
double yarn_attention(double factor, double multiplier = 1) {
    return factor > 1 ? 0.1 * multiplier * std::log(factor) + 1 : 1;
}

std::optional<RopeScaling> rope_scaling(const json& object) {
    const ConfigSource source(object);
    RopeScaling scaling;
    for (const char* key : {"rope_type", "type"}) {
        if (object.contains(key) && object[key].is_string()) {
            scaling.type = object[key].get<std::string>();
            break;
        }
    }
    if (scaling.type == "default" || scaling.type.empty()) {
        return std::nullopt;
    }
    scaling.factor = source.positive("factor").value_or(1);
    scaling.low_freq_factor = source.positive("low_freq_factor").value_or(1);
    scaling.high_freq_factor = source.positive("high_freq_factor").value_or(4);
    scaling.original_context = source.count("original_max_position_embeddings").value_or(0);
    scaling.attention_factor = source.positive("attention_factor");
    const std::optional<double> numerator = source.positive("mscale");
    const std::optional<double> denominator = source.positive("mscale_all_dim");
    if (!scaling.attention_factor && numerator && denominator) {
        scaling.attention_factor = yarn_attention(scaling.factor, *numerator) /
                                   yarn_attention(scaling.factor, *denominator);
    }
    scaling.truncate = flag(object, "truncate", true);
    scaling.beta_fast = source.positive("beta_fast");
    scaling.beta_slow = source.positive("beta_slow");
    scaling.short_factors = numbers(object.value("short_factor", json::array()), "short_factor");
    scaling.long_factors = numbers(object.value("long_factor", json::array()), "long_factor");
    return scaling;
}

/// Phi-3 keeps the original context beside the scaling, and called LongRoPE otherwise at first.
void complete_rope_scaling(const ConfigSource& config, const Architecture& architecture,
                           RopeScaling& scaling) {
    scaling.original_context =
        config.count("original_max_position_embeddings").value_or(scaling.original_context);
    if (architecture.id == "phi3" && (scaling.type == "su" || scaling.type == "yarn")) {
        scaling.type = "longrope";
    }
}

/// Of a GGUF file. Files with LongRoPE name no type: their factors are tensors, and attention is
/// scaled by what stands here. As in llama.cpp, a number that is not positive counts as absent.
std::optional<RopeScaling> gguf_rope_scaling(const GgufMetadata& metadata,
                                             const std::string& prefix) {
    const auto positive = [&](const char* key) {
        const std::optional<double> value = metadata.number(prefix + key);
        return value && *value > 0 && std::isfinite(*value) ? value : std::nullopt;
    };
    const std::optional<double> attention = positive("attn_factor");
    RopeScaling scaling;
    scaling.type = metadata.string(prefix + "type").value_or(attention ? "longrope" : "none");
    if (scaling.type == "none") {
        return std::nullopt;
    }
    scaling.factor = positive("factor").value_or(1);
    scaling.original_context = metadata.uint(prefix + "original_context_length").value_or(0);
    scaling.beta_fast = positive("yarn_beta_fast");
    scaling.beta_slow = positive("yarn_beta_slow");
    scaling.attention_factor =
        attention.value_or(1) * (scaling.type == "yarn" ? yarn_attention(scaling.factor) : 1);
    return scaling;
}

/// GPT-2 calls everything by other names.
Hyperparameters gpt2_from_config(const json& config) {
    const ConfigSource source(config);
    Hyperparameters h;
    h.context_length = source.required_count("n_positions");
    h.embedding_length = source.required_count("n_embd");
    h.block_count = source.required_count("n_layer");
    h.head_count = source.required_count("n_head");
    h.head_count_kv = h.head_count;
    h.head_dim = heads_divide(h.embedding_length, h.head_count);
    h.rope_dimension = 0;
    h.feed_forward_length = source.count("n_inner").value_or(4 * h.embedding_length);
    h.vocab_size = source.required_count("vocab_size");
    h.norm_epsilon = source.positive("layer_norm_epsilon").value_or(1e-5);
    h.tied_embeddings = flag(config, "tie_word_embeddings", true);
    check(h, "n_layer");
    return h;
}

}  // namespace

const json& text_config(const json& config) {
    const auto inner = config.find("text_config");
    const bool nested = inner != config.end() && inner->is_object();
    return nested && !config.contains("hidden_size") ? *inner : config;
}

const json& rope_parameters(const json& config, std::string_view layers) {
    static const json none = json::object();
    const auto all = config.find("rope_parameters");
    if (all == config.end() || !all->is_object()) {
        return none;
    }
    const auto part = all->find(layers);
    if (part != all->end() && part->is_object()) {
        return *part;
    }
    // One object for all layers: what is said holds for those with full attention.
    return layers == "full_attention" ? *all : none;
}

Hyperparameters hyperparameters_from_config(const json& outer, const Architecture& architecture) {
    if (architecture.id == "gpt2") {
        return gpt2_from_config(outer);
    }
    const json& config = text_config(outer);
    const ConfigSource source(config);
    Hyperparameters h;
    h.context_length = source.count("max_position_embeddings").value_or(2048);
    h.embedding_length = source.required_count("hidden_size");
    h.block_count = source.required_count("num_hidden_layers");
    h.feed_forward_length = source.required_count("intermediate_size");
    h.head_count = source.required_count("num_attention_heads");
    h.head_count_kv = source.count("num_key_value_heads").value_or(h.head_count);
    const std::optional<std::uint64_t> head_dim = source.count("head_dim");
    h.head_dim = head_dim ? *head_dim : heads_divide(h.embedding_length, h.head_count);
    h.vocab_size = source.required_count("vocab_size");
    h.norm_epsilon = source.positive("rms_norm_eps").value_or(1e-6);
    const bool gemma3 = architecture.id == "gemma3";
    const json& rope = rope_parameters(config, "full_attention");
    const ConfigSource rope_source(rope);
    const auto of_rope = [&](const char* key, double otherwise) {
        return rope_source.positive(key).value_or(source.positive(key).value_or(otherwise));
    };
    h.rope_freq_base = of_rope("rope_theta", gemma3 ? 1e6 : 1e4);
    const double rotary_share = of_rope("partial_rotary_factor", 1);
    if (rotary_share > 1) {
        refuse_value("partial_rotary_factor", fmt::format("{}", rotary_share));
    }
    h.rope_dimension = static_cast<std::uint64_t>(rotary_share * static_cast<double>(h.head_dim));
    // Qwen's window is off unless it is switched on.
    if (flag(config, "use_sliding_window", !architecture.id.starts_with("qwen"))) {
        h.sliding_window = source.count("sliding_window");
    }
    h.attention_softcap = source.positive("attn_logit_softcapping");
    h.output_softcap = source.positive("final_logit_softcapping");
    h.rope_scaling = rope_scaling(rope.empty() ? old_rope_scaling(config) : rope);
    if (h.rope_scaling) {
        complete_rope_scaling(source, architecture, *h.rope_scaling);
    }
    const bool gemma = architecture.id.starts_with("gemma");
    h.tied_embeddings = flag(config, "tie_word_embeddings", gemma);
    check(h, "num_hidden_layers");
    return h;
}

Hyperparameters hyperparameters_from_gguf(const GgufMetadata& metadata,
                                          const Architecture& architecture) {
    const GgufSource source(metadata);
    const auto key = [&](std::string_view name) {
        return fmt::format("{}.{}", architecture.gguf, name);
    };
    Hyperparameters h;
    h.context_length = source.required_count(key("context_length"));
    h.embedding_length = source.required_count(key("embedding_length"));
    h.block_count = source.required_count(key("block_count"));
    h.feed_forward_length =
        source.count(key("feed_forward_length")).value_or(4 * h.embedding_length);
    h.head_count = source.required_count(key("attention.head_count"));
    h.head_count_kv = source.count(key("attention.head_count_kv")).value_or(h.head_count);
    const std::optional<std::uint64_t> head_dim = source.count(key("attention.key_length"));
    h.head_dim = head_dim ? *head_dim : heads_divide(h.embedding_length, h.head_count);
    const std::string epsilon =
        key(architecture.norm == NormKind::rms ? "attention.layer_norm_rms_epsilon"
                                               : "attention.layer_norm_epsilon");
    h.norm_epsilon = source.positive(epsilon).value_or(1e-5);
    h.rope_freq_base = source.positive(key("rope.freq_base")).value_or(10000);
    h.rope_dimension = architecture.norm == NormKind::layer
                           ? 0
                           : source.count(key("rope.dimension_count")).value_or(h.head_dim);
    h.rope_scaling = gguf_rope_scaling(metadata, key("rope.scaling."));
    h.sliding_window = source.number(key("attention.sliding_window")).value_or(0) > 0
                           ? source.count(key("attention.sliding_window"))
                           : std::nullopt;
    h.attention_softcap = source.positive(key("attn_logit_softcapping"));
    h.output_softcap = source.positive(key("final_logit_softcapping"));
    const GgufValue* tokens = metadata.find("tokenizer.ggml.tokens");
    h.vocab_size =
        source.count(key("vocab_size"))
            .value_or(tokens != nullptr && tokens->type() == GgufType::array ? tokens->count() : 0);
    check(h, key("block_count"));
    return h;
}

}  // namespace ql
