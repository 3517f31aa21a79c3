#include "core/model/packed_activations.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

using Json = nlohmann::json;
using Scaling = Activations::Scaling;

/// A member of an object as text: "int", "8", "true"; `otherwise` if it is missing or null.
std::string word_of(const Json& object, const char* key, std::string_view otherwise) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return std::string(otherwise);
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

/// compressed-tensors' arguments; what is not said is what its QuantizationArgs begin with.
PackedActivations input_activations(const Json& group) {
    const auto found = group.find("input_activations");
    if (found == group.end() || !found->is_object()) {
        return {};
    }
    const std::string type = word_of(*found, "type", "int");
    const std::string bits = word_of(*found, "num_bits", "8");
    const std::string strategy = word_of(*found, "strategy", "tensor");
    const std::string dynamic = word_of(*found, "dynamic", "false");
    const bool symmetric = word_of(*found, "symmetric", "true") == "true";
    const bool fixed = dynamic == "false" && strategy == "tensor";
    const bool found_anew = dynamic == "true" && (strategy == "token" || strategy == "tensor");
    PackedActivations result;
    if ((type == "int" || type == "float") && bits == "8" && symmetric && (fixed || found_anew)) {
        result.known = Activations{type == "int" ? DType::i8 : DType::f8_e4m3,
                                   fixed                 ? Scaling::fixed
                                   : strategy == "token" ? Scaling::token
                                                         : Scaling::tensor};
    } else {
        result.unknown = escaped(
            fmt::format("{}{}, {}{}", type, bits, strategy, symmetric ? "" : ", asymmetric"));
    }
    return result;
}

/// The number that a fixed scale is; nothing unless it can be used.
std::optional<float> scale_of(const std::string& module, const Checkpoint& checkpoint) {
    const StoredTensor* stored = checkpoint.find(module + ".input_scale");
    const bool floats =
        stored != nullptr && (stored->dtype == DType::f32 || stored->dtype == DType::f16 ||
                              stored->dtype == DType::bf16);
    if (!floats || element_count(stored->shape) != 1) {
        return std::nullopt;
    }
    float scale = 0;
    widen(stored->dtype, checkpoint.bytes(*stored).data(), 1, &scale);
    return std::isfinite(scale) && scale > 0 ? std::optional(scale) : std::nullopt;
}

/// vLLM's reading: FP8 by token, or with input_scale; beside blocks of weights, groups of columns.
PackedActivations native_activations(const std::string& scheme, bool blocks) {
    PackedActivations result;
    if (blocks || (scheme != "dynamic" && scheme != "static")) {
        result.unknown = escaped("fp8, " + scheme);
    } else {
        result.known =
            Activations{DType::f8_e4m3, scheme == "static" ? Scaling::fixed : Scaling::token};
    }
    return result;
}

}  // namespace

ActivationConfig::ActivationConfig(const Json& quantization) {
    if (word_of(quantization, "quant_method", {}) == "fp8") {
        native_ = word_of(quantization, "activation_scheme", {});
        native_blocks_ = !word_of(quantization, "weight_block_size", {}).empty();
        return;
    }
    const auto groups = quantization.find("config_groups");
    if (groups == quantization.end() || !groups->is_object()) {
        return;
    }
    for (const auto& [name, group] : groups->items()) {
        if (group.is_object()) {
            groups_.push_back(group_from(group));
        }
    }
    slow_.activations.unknown = "re:…";
}

/// A group of which nobody knows what it is for: for all that nothing else fits, as far as it has
/// activations.
void ActivationConfig::fit_unknown(Group& group, const std::string& target) {
    if (group.activations != PackedActivations()) {
        group.all = true;
        group.activations = {};
        group.activations.unknown = escaped(target);
    }
}

ActivationConfig::Group ActivationConfig::group_from(const Json& json) {
    Group group;
    group.activations = input_activations(json);
    const auto targets = json.find("targets");
    if (targets == json.end() || !targets->is_array()) {
        fit_unknown(group, targets == json.end() ? "targets" : targets->dump());
        return group;
    }
    for (const Json& target : *targets) {
        if (target.is_string()) {
            add_target(target.get<std::string>(), group);
        } else {
            fit_unknown(group, target.dump());
        }
    }
    return group;
}

void ActivationConfig::add_target(const std::string& target, Group& group) {
    constexpr std::string_view kExpression = "re:";
    if (target == "Linear") {
        group.all = true;
    } else if (!target.starts_with(kExpression)) {
        group.names.insert(target);
    } else {
        try {  // as Python's re.match, at the beginning
            group.expressions.emplace_back("/^(?:" + target.substr(kExpression.size()) + ")/");
        } catch (const Error&) {
            fit_unknown(group, target);
        }
    }
}

/// Whether one of a group's expressions fits; nothing if that takes too long, for this module or
/// for all together.
std::optional<bool> ActivationConfig::fits(const Group& group, const std::string& module) {
    constexpr std::chrono::seconds kMost(2);
    for (const NamePattern& expression : group.expressions) {
        if (compared_ > kMost) {
            return std::nullopt;
        }
        const auto start = std::chrono::steady_clock::now();
        std::optional<bool> found;
        try {
            found = expression.matches(module);
        } catch (const Error&) {  // this one alone takes too long
        }
        compared_ += std::chrono::steady_clock::now() - start;
        if (!found || *found) {
            return found;
        }
    }
    return false;
}

/// By name, by expression, by class: the first kind that fits a module decides.
const ActivationConfig::Group* ActivationConfig::group_of(const std::string& module) {
    const auto first = [&](const auto& fits_it) {
        const auto found = std::find_if(groups_.begin(), groups_.end(), fits_it);
        return found == groups_.end() ? nullptr : &*found;
    };
    const Group* named = first([&](const Group& each) { return each.names.count(module) > 0; });
    if (named != nullptr) {
        return named;
    }
    for (const Group& each : groups_) {
        const std::optional<bool> fitting = fits(each, module);
        if (!fitting || *fitting) {
            return fitting ? &each : &slow_;
        }
    }
    return first([](const Group& each) { return each.all; });
}

PackedActivations ActivationConfig::of(const std::string& module, const GridSpec& grid,
                                       const Checkpoint& checkpoint) {
    PackedActivations result;
    if (!native_.empty()) {
        const auto* fp8 = std::get_if<Fp8Grid>(&grid);
        result = native_activations(
            native_, native_blocks_ || (fp8 != nullptr && fp8->scaling == Fp8Scaling::block));
    } else if (const Group* group = group_of(module)) {
        result = group->activations;
    }
    if (result.known && result.known->scaling == Scaling::fixed) {
        if (const auto scale = scale_of(module, checkpoint)) {
            result.scale = *scale;
        } else {
            result.unknown = format(*result.known);
            result.unscaled = true;
            result.known.reset();
        }
    }
    return result;
}

}  // namespace ql
