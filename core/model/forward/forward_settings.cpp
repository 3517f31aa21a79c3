#include "core/model/forward/forward_settings.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"

namespace ql {

namespace {

using nlohmann::json;

constexpr std::array kFlavours = {
    Flavour{.architecture = "llama"},
    Flavour{.architecture = "mistral", .windows = Windows::all},
    Flavour{.architecture = "qwen2", .windows = Windows::last},
    Flavour{.architecture = "qwen3", .windows = Windows::last},
    Flavour{.architecture = "gemma2",
            .activation = Activation::gelu_tanh,
            .windows = Windows::periodic,
            .period = 2,
            .scaled_embedding = true,
            .query_scalar = true,
            .largest_blocks = 46},
    Flavour{.architecture = "gemma3",
            .activation = Activation::gelu_tanh,
            .windows = Windows::periodic,
            .period = 6,
            .scaled_embedding = true,
            .query_scalar = true,
            .local_rotary = true,
            .largest_blocks = 62},
    Flavour{.architecture = "phi3", .windows = Windows::all},
    Flavour{.architecture = "gpt2", .activation = Activation::gelu_tanh, .learned_positions = true},
};

/// Settings that change what is computed, with the only value that is known here.
struct FixedSetting {
    const char* key;
    bool value;
};
constexpr std::array kFixedSettings = {
    FixedSetting{"scale_attn_weights", true},
    FixedSetting{"scale_attn_by_inverse_layer_idx", false},
    FixedSetting{"use_bidirectional_attention", false},
    FixedSetting{"add_cross_attention", false},
};

constexpr std::uint64_t kUsualWindow = 4096;      // of transformers, where none is given
constexpr std::uint64_t kUsualFullBlocks = 28;    // max_window_layers, likewise
constexpr std::uint64_t kUsualQueryScalar = 256;  // query_pre_attn_scalar, likewise

[[noreturn]] void refuse_setting(std::string_view key, const json& value) {
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "Its setting {} has the value {}, with which models can be "
                               "viewed and quantized, not run."),
                         key, in_quotes(value.dump().substr(0, 40))));
}

/// The member `key`, or null.
const json& member(const json& config, const char* key) {
    static const json none;
    const auto found = config.find(key);
    return found == config.end() ? none : *found;
}

std::optional<double> positive(const json& config, const char* key) {
    const json& value = member(config, key);
    if (value.is_null()) {
        return std::nullopt;
    }
    if (!value.is_number() || !(value.get<double>() > 0)) {
        refuse_setting(key, value);
    }
    return value.get<double>();
}

std::uint64_t whole(const json& config, const char* key, std::uint64_t otherwise) {
    const json& value = member(config, key);
    if (value.is_null()) {
        return otherwise;
    }
    if (!value.is_number_unsigned()) {
        refuse_setting(key, value);
    }
    return value.get<std::uint64_t>();
}

Activation activation_of(const json& config, Activation usual) {
    for (const char* key : {"hidden_activation", "hidden_act", "activation_function"}) {
        const json& value = member(config, key);
        if (value.is_null()) {
            continue;
        }
        if (value == "silu" || value == "swish") {
            return Activation::silu;
        }
        if (value == "gelu_pytorch_tanh" || value == "gelu_new" || value == "gelu_fast") {
            return Activation::gelu_tanh;
        }
        if (value == "gelu") {
            return Activation::gelu;
        }
        refuse_setting(key, value);
    }
    return usual;
}

/// layer_types, where newer configurations say it block by block; empty if absent.
std::vector<bool> listed_windows(const json& config, std::uint64_t blocks) {
    const json& types = member(config, "layer_types");
    std::vector<bool> windowed;
    if (!types.is_array()) {
        return windowed;
    }
    for (const json& type : types) {
        if (type != "sliding_attention" && type != "full_attention") {
            refuse_setting("layer_types", type);
        }
        windowed.push_back(type == "sliding_attention");
    }
    if (windowed.size() < blocks) {
        refuse_setting("layer_types", types);
    }
    windowed.resize(blocks);
    return windowed;
}

std::vector<bool> by_rule(Windows windows, std::uint64_t blocks, std::uint64_t first,
                          std::uint64_t period) {
    if (windows == Windows::periodic) {
        return windowed_but_every(blocks, period);
    }
    std::vector<bool> windowed(blocks);
    for (std::uint64_t i = 0; i < blocks; ++i) {
        windowed[i] = windows == Windows::all || (windows == Windows::last && i >= first);
    }
    return windowed;
}

ForwardSettings from_config(const Flavour& flavour, const Hyperparameters& h, const json& config) {
    for (const FixedSetting& setting : kFixedSettings) {
        const json& value = member(config, setting.key);
        if (!value.is_null() && value != setting.value) {
            refuse_setting(setting.key, value);
        }
    }
    ForwardSettings settings;
    settings.activation = activation_of(config, flavour.activation);
    settings.window = h.sliding_window;
    if (!config.contains("sliding_window") &&
        (flavour.windows == Windows::periodic || flavour.architecture == "mistral")) {
        settings.window = kUsualWindow;
    }
    settings.windowed = windowed_blocks(flavour, h.block_count, config);
    settings.query_scalar =
        flavour.query_scalar ? positive(config, "query_pre_attn_scalar").value_or(kUsualQueryScalar)
                             : static_cast<double>(h.head_dim);
    const json& local = rope_parameters(config, "sliding_attention");
    const json& type = member(local, "rope_type");
    if (flavour.local_rotary && !type.is_null() && type != "default") {
        refuse_setting("rope_parameters.sliding_attention.rope_type", type);
    }
    settings.local_rope_base = positive(config, "rope_local_base_freq")
                                   .value_or(positive(local, "rope_theta").value_or(1e4));
    return settings;
}

ForwardSettings from_gguf(const Flavour& flavour, const Hyperparameters& h,
                          const GgufMetadata& metadata) {
    const std::string prefix = std::string(flavour.architecture) + ".";
    ForwardSettings settings;
    settings.activation = flavour.activation;
    settings.window = h.sliding_window;
    const std::string pattern_key = prefix + "attention.sliding_window_pattern";
    const GgufValue* pattern = metadata.find(pattern_key);
    const std::optional<std::uint64_t> period =
        pattern != nullptr ? pattern->as_uint() : std::nullopt;
    if (pattern != nullptr && !period) {
        refuse_setting(pattern_key, pattern->to_text(40));
    }
    settings.windowed =
        by_rule(flavour.windows, h.block_count, kUsualFullBlocks, period.value_or(flavour.period));
    // llama.cpp takes the scale from the size: GGUF files do not tell it.
    settings.query_scalar =
        static_cast<double>(flavour.query_scalar && h.block_count == flavour.largest_blocks
                                ? h.embedding_length / h.head_count
                                : h.head_dim);
    settings.local_rope_base = metadata.number(prefix + "rope.freq_base_swa").value_or(1e4);
    return settings;
}

}  // namespace

const Flavour& flavour_of(const Architecture& architecture) {
    const auto* found = std::find_if(
        kFlavours.begin(), kFlavours.end(),
        [&](const Flavour& flavour) { return flavour.architecture == architecture.id; });
    if (found == kFlavours.end()) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core", "{} models can be viewed and quantized, not run."),
                             architecture.title));
    }
    return *found;
}

std::vector<bool> windowed_but_every(std::uint64_t blocks, std::uint64_t period) {
    std::vector<bool> windowed(blocks);
    for (std::uint64_t i = 0; i < blocks; ++i) {
        windowed[i] = period > 0 && (i + 1) % period != 0;
    }
    return windowed;
}

std::vector<bool> windowed_blocks(const Flavour& flavour, std::uint64_t blocks,
                                  const json& config) {
    std::vector<bool> listed = listed_windows(config, blocks);
    return !listed.empty() ? listed
                           : by_rule(flavour.windows, blocks,
                                     whole(config, "max_window_layers", kUsualFullBlocks),
                                     whole(config, "sliding_window_pattern", flavour.period));
}

ForwardSettings forward_settings(const Model& model) {
    const Flavour& flavour = flavour_of(*model.architecture());
    const Hyperparameters& h = *model.hyperparameters();
    const GgufMetadata* metadata = model.checkpoint().gguf();
    return metadata != nullptr ? from_gguf(flavour, h, *metadata)
                               : from_config(flavour, h, text_config(model.checkpoint().config()));
}

}  // namespace ql
