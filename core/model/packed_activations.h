#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/files/checkpoint.h"
#include "core/grids/packed_matrix.h"
#include "core/schemes/activations.h"
#include "core/schemes/name_pattern.h"

namespace ql {

/// How what a linear of a quantized checkpoint reads is rounded while it runs.
struct PackedActivations {
    std::optional<Activations> known;  ///< nothing: not at all, or in a way that is not known here
    float scale = 0;                   ///< Activations::Scaling::fixed: what values are divided by
    std::string unknown;               ///< the configuration's words for a way that is not known
    bool unscaled = false;             ///< what is not known is only the scale that the file lacks
    bool operator==(const PackedActivations&) const = default;
};

/// What compressed-tensors' (input_activations) and native FP8's (activation_scheme)
/// quantization_config say of it. Facts: compressed-tensors' QuantizationArgs, vLLM's Fp8Config.
class ActivationConfig {
  public:
    explicit ActivationConfig(const nlohmann::json& quantization);

    /// Of the linear `module` ("model.layers.0.mlp.up_proj"), whose weights are stored as `grid`.
    PackedActivations of(const std::string& module, const GridSpec& grid,
                         const Checkpoint& checkpoint);

  private:
    /// A group of linears, of compressed-tensors.
    struct Group {
        std::set<std::string> names;
        std::vector<NamePattern> expressions;
        bool all = false;  ///< "Linear", their class
        PackedActivations activations;
    };

    static Group group_from(const nlohmann::json& json);
    static void add_target(const std::string& target, Group& group);
    static void fit_unknown(Group& group, const std::string& target);
    const Group* group_of(const std::string& module);
    std::optional<bool> fits(const Group& group, const std::string& module);

    std::vector<Group> groups_;
    Group slow_;                  ///< stands for one whose expressions take too long
    std::string native_;          ///< activation_scheme of native FP8
    bool native_blocks_ = false;  ///< whose weights have scales for blocks
    std::chrono::steady_clock::duration compared_{};  ///< time that expressions have taken
};

}  // namespace ql
