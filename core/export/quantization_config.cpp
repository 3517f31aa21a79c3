#include "core/export/quantization_config.h"

#include <nlohmann/json.hpp>

namespace ql {

namespace {

using Json = nlohmann::ordered_json;

/// The linears of a model that are written as they are, and the output matrix even where it is
/// tied: loaders look for these names.
Json plain_modules(const Model& model, const SafetensorsExport& plan) {
    Json modules = Json::array();
    bool output = false;
    for (const SafetensorsExportTensor& tensor : plan.tensors) {
        const ModelTensor& source = model.tensors()[tensor.tensor];
        const bool linear = source.linear || (source.role == Role::other && source.matrix() &&
                                              tensor.name.ends_with(".weight"));
        if (!tensor.packed && linear) {
            modules.push_back(tensor.module());
        }
        if (source.role == Role::output) {
            modules.push_back(tensor.module());
            output = true;
        }
    }
    if (!output) {
        modules.push_back("lm_head");
    }
    return modules;
}

const SafetensorsExportTensor& first_packed(const SafetensorsExport& plan) {
    return *std::find_if(plan.tensors.begin(), plan.tensors.end(),
                         [](const auto& tensor) { return tensor.packed.has_value(); });
}

int columns_of_group(const IntegerGrid& grid) {
    return grid.granularity == Granularity::group ? grid.group : -1;
}

Json gptq_config(const SafetensorsExport& plan) {
    const SafetensorsExportTensor& tensor = first_packed(plan);
    const auto& grid = std::get<IntegerGrid>(tensor.packed->grid);
    const bool rounded = !tensor.kept && tensor.entry.scheme->gptq;
    const Gptq* gptq = rounded ? &*tensor.entry.scheme->gptq : nullptr;
    Json config = {
        {"quant_method", "gptq"},
        {"bits", grid.bits},
        {"group_size", columns_of_group(grid)},
        {"desc_act", false},
        {"sym", grid.symmetry != Symmetry::asymmetric},
        {"lm_head", false},
        {"checkpoint_format", tensor.packed->layout == PackedLayout::gptq_v2 ? "gptq_v2" : "gptq"},
        {"pack_dtype", "int32"}};
    if (gptq != nullptr) {
        if (gptq->damp > 0 && gptq->damp < 1) {  // transformers takes no others
            config["damp_percent"] = gptq->damp;
        }
        config["static_groups"] = gptq->order == Gptq::Order::fixed;
        config["true_sequential"] = false;
    }
    config["meta"] = {{"quantizer", {fmt::format("quantloupe:{}", QL_VERSION)}}};
    return config;
}

Json awq_config(const Model& model, const SafetensorsExport& plan) {
    return {
        {"quant_method", "awq"},
        {"bits", 4},
        {"group_size", columns_of_group(std::get<IntegerGrid>(first_packed(plan).packed->grid))},
        {"zero_point", true},
        {"version", "gemm"},
        {"modules_to_not_convert", plain_modules(model, plan)}};
}

/// compressed-tensors' names of layouts.
std::string_view layout_name(PackedLayout layout) {
    switch (layout) {
        case PackedLayout::int_quantized:
            return "int-quantized";
        case PackedLayout::float_quantized:
            return "float-quantized";
        default:
            return "pack-quantized";
    }
}

/// compressed-tensors' arguments of one side of a linear; it knows these keys and no others.
Json arguments(int bits, bool floats, bool symmetric, std::string_view strategy) {
    return {{"num_bits", bits},       {"type", floats ? "float" : "int"},
            {"symmetric", symmetric}, {"strategy", strategy},
            {"group_size", nullptr},  {"block_structure", nullptr},
            {"dynamic", false},       {"actorder", nullptr},
            {"observer", "minmax"},   {"observer_kwargs", Json::object()}};
}

Json weight_arguments(const GridSpec& spec) {
    if (const auto* fp8 = std::get_if<Fp8Grid>(&spec)) {
        switch (fp8->scaling) {
            case Fp8Scaling::tensor:
                return arguments(8, true, true, "tensor");
            case Fp8Scaling::channel:
                return arguments(8, true, true, "channel");
            case Fp8Scaling::block:
                Json json = arguments(8, true, true, "block");
                json["block_structure"] = {kBlockSide, kBlockSide};
                return json;
        }
    }
    const auto& grid = std::get<IntegerGrid>(spec);
    const bool symmetric = grid.symmetry != Symmetry::asymmetric;
    if (grid.granularity == Granularity::group) {
        Json json = arguments(grid.bits, false, symmetric, "group");
        json["group_size"] = grid.group;
        return json;
    }
    return arguments(grid.bits, false, symmetric,
                     grid.granularity == Granularity::tensor ? "tensor" : "channel");
}

Json activation_arguments(const std::optional<Activations>& activations) {
    if (!activations) {
        return nullptr;
    }
    const bool fixed = activations->scaling == Activations::Scaling::fixed;
    Json json = arguments(8, activations->dtype != DType::i8, true, fixed ? "tensor" : "token");
    json["dynamic"] = !fixed;
    if (!fixed) {
        json["observer"] = nullptr;
    }
    return json;
}

/// Linears that are stored alike.
struct Group {
    std::string_view layout;
    Json weights;
    Json activations;
    Json modules = Json::array();
};

std::vector<Group> groups_of(const SafetensorsExport& plan) {
    std::vector<Group> groups;
    for (const SafetensorsExportTensor& tensor : plan.tensors) {
        if (!tensor.packed) {
            continue;
        }
        Group group{layout_name(tensor.packed->layout), weight_arguments(tensor.packed->grid),
                    activation_arguments(tensor.activations)};
        auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
            return other.layout == group.layout && other.weights == group.weights &&
                   other.activations == group.activations;
        });
        if (found == groups.end()) {
            groups.push_back(std::move(group));
            found = std::prev(groups.end());
        }
        found->modules.push_back(tensor.module());
    }
    return groups;
}

Json compressed_config(const Model& model, const SafetensorsExport& plan) {
    const std::vector<Group> groups = groups_of(plan);
    const bool mixed = std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
        return group.layout != groups.front().layout;
    });
    Json config_groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const Group& group = groups[i];
        Json json = {{"targets", groups.size() == 1 ? Json::array({"Linear"}) : group.modules},
                     {"weights", group.weights},
                     {"input_activations", group.activations},
                     {"output_activations", nullptr}};
        if (mixed) {
            json["format"] = group.layout;
        }
        config_groups[fmt::format("group_{}", i)] = std::move(json);
    }
    return {{"quant_method", "compressed-tensors"},
            {"format", mixed ? "mixed-precision" : groups.front().layout},
            {"quantization_status", "compressed"},
            {"global_compression_ratio", nullptr},
            {"kv_cache_scheme", nullptr},
            {"ignore", plain_modules(model, plan)},
            {"config_groups", std::move(config_groups)}};
}

}  // namespace

Json quantization_config(const Model& model, const SafetensorsExport& plan) {
    switch (plan.format) {
        case ExportFormat::gptq:
            return gptq_config(plan);
        case ExportFormat::awq:
            return awq_config(model, plan);
        default:
            return compressed_config(model, plan);
    }
}

}  // namespace ql
