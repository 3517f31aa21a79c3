#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/files/gguf.h"
#include "core/model/architecture.h"

namespace ql {

/// Rotary scaling as config.json or GGUF metadata give it.
struct RopeScaling {
    std::string type;  ///< "linear", "yarn", "llama3", "longrope"
    double factor = 1;
    double low_freq_factor = 1;
    double high_freq_factor = 4;
    std::uint64_t original_context = 0;
    std::optional<double> attention_factor;
    std::optional<double> beta_fast;    ///< yarn
    std::optional<double> beta_slow;    ///< yarn
    bool truncate = true;               ///< yarn: the ramp begins and ends at whole pairs
    std::vector<double> short_factors;  ///< longrope; tensors in GGUF files
    std::vector<double> long_factors;
};

/// The numbers that describe a model, checked: counts are positive and bounded, heads divide,
/// floats are finite.
struct Hyperparameters {
    std::uint64_t context_length = 0;
    std::uint64_t embedding_length = 0;
    std::uint64_t block_count = 0;
    std::uint64_t feed_forward_length = 0;
    std::uint64_t head_count = 0;
    std::uint64_t head_count_kv = 0;
    std::uint64_t head_dim = 0;
    std::uint64_t vocab_size = 0;
    double norm_epsilon = 1e-5;
    double rope_freq_base = 10000;
    std::uint64_t rope_dimension = 0;  ///< head_dim unless rotation is partial
    std::optional<std::uint64_t> sliding_window;
    std::optional<double> attention_softcap;
    std::optional<double> output_softcap;
    std::optional<RopeScaling> rope_scaling;
    bool tied_embeddings = false;
};

/// The part of config.json that describes the language model: multimodal checkpoints keep its
/// numbers one level down.
const nlohmann::json& text_config(const nlohmann::json& config);

/// Where newer configurations keep everything about RoPE: rope_parameters, which may be one object
/// or one for each kind of layers ("full_attention", "sliding_attention"). An empty object if
/// absent.
const nlohmann::json& rope_parameters(const nlohmann::json& config, std::string_view layers);

/// From config.json of a known architecture. Throws Error(bad_file) naming the key.
Hyperparameters hyperparameters_from_config(const nlohmann::json& config,
                                            const Architecture& architecture);
/// From GGUF metadata. Per-block arrays (head counts, feed-forward lengths) give their maximum.
Hyperparameters hyperparameters_from_gguf(const GgufMetadata& metadata,
                                          const Architecture& architecture);

}  // namespace ql
