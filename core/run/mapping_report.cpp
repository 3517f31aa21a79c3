#include "core/run/mapping_report.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/tensor/row_source.h"

namespace ql {

namespace {

/// What a sentence calls a transform.
std::string called(const Transform& transform) {
    std::string text = transforms(transform) ? format(transform) : "none/";
    text.pop_back();
    return text;
}

Transform transform_of(const MappingTask& task, std::size_t tensor) {
    const std::optional<Scheme>& scheme = task.entries[tensor].scheme;
    return scheme ? scheme->transform : Transform();
}

Transform common_transform(const MappingTask& task, const ScaleMapping& mapping) {
    const std::size_t first = mapping.consumers.front();
    for (const std::size_t other : mapping.consumers) {
        if (transform_of(task, other) != transform_of(task, first)) {
            throw Error(
                ErrorCode::usage,
                Sentence(QL_TR("core",
                               "{} and {} read the same input, so one transform must do for "
                               "both, but the plan gives them {} and {}."),
                         task.model.tensors()[first].name, task.model.tensors()[other].name,
                         called(transform_of(task, first)), called(transform_of(task, other))));
        }
    }
    return transform_of(task, first);
}

/// The float type that a tensor without a scheme keeps; nothing if it is stored otherwise.
std::optional<DType> kept_type(const MappingTask& task, std::size_t tensor) {
    const DType dtype = task.model.tensors()[tensor].dtype;
    const bool is_float = dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
    return is_float ? std::optional(dtype) : std::nullopt;
}

bool can_take(const MappingTask& task, const ScaleMapping& mapping, const Transform& transform) {
    if (!transforms(transform)) {
        return false;
    }
    if (mapping.norm) {
        return true;
    }
    if (!std::holds_alternative<Awq>(transform)) {
        return false;
    }
    // Divided rows of the producer have to be stored: on a grid that does not mind, or in the
    // float type that it has.
    const std::optional<Scheme>& scheme = task.entries[mapping.producer].scheme;
    return scheme ? !make_grid(scheme->grid)->per_tensor()
                  : kept_type(task, mapping.producer).has_value();
}

/// The transformed mapping whose scales come to a tensor's columns.
std::optional<TransformedMapping> mapping_of(const MappingTask& task, std::size_t tensor) {
    for (TransformedMapping& mapping : transformed_mappings(task)) {
        const auto& consumers = mapping.mapping.consumers;
        if (std::find(consumers.begin(), consumers.end(), tensor) != consumers.end()) {
            return std::move(mapping);
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<float> MappingReport::scaled_input_max() const {
    std::vector<float> scaled = input_max;
    std::transform(scaled.begin(), scaled.end(), scales.begin(), scaled.begin(), std::divides<>());
    return scaled;
}

std::vector<float> MappingReport::scaled_weight_max() const {
    std::vector<float> scaled = weight_max;
    std::transform(scaled.begin(), scaled.end(), scales.begin(), scaled.begin(),
                   std::multiplies<>());
    return scaled;
}

std::vector<TransformedMapping> transformed_mappings(const MappingTask& task) {
    std::vector<TransformedMapping> wanted;
    for (ScaleMapping& mapping : scale_mappings(task.model)) {
        const Transform transform = common_transform(task, mapping);
        if (can_take(task, mapping, transform)) {
            wanted.push_back({std::move(mapping), transform});
        }
    }
    return wanted;
}

MappingReport transform_mapping(const MappingTask& task, const TransformedMapping& mapping,
                                const LinearInputs& inputs, const LoadedBlock* block,
                                Model::Changes& changes, const Progress& progress) {
    MappingReport report;
    report.mapping = mapping.mapping;
    report.transform = mapping.transform;
    report.input_max = inputs.statistics.max_abs;
    report.weight_max = weight_maxima(task.model, mapping.mapping, progress);
    if (const auto* smooth = std::get_if<Smooth>(&mapping.transform)) {
        report.scales = smooth_scales(smooth->alpha, report.input_max, report.weight_max);
    } else {
        AwqChoice choice = search_awq(
            {task.model, mapping.mapping, task.entries, task.importance, inputs, block}, progress);
        report.scales = std::move(choice.scales);
        report.candidates = std::move(choice.candidates);
        report.chosen = choice.chosen;
        report.measured = choice.measured;
        report.sampled = choice.sampled;
    }
    const std::size_t producer = mapping.mapping.producer;
    report.scales =
        fold(task.model, mapping.mapping, report.scales,
             task.entries[producer].scheme ? std::nullopt : kept_type(task, producer), changes);
    return report;
}

std::optional<MappingReport> kept_report(const MappingTask& task, std::size_t tensor,
                                         const Calibration& calibration, const Progress& progress) {
    const std::optional<TransformedMapping> mapping = mapping_of(task, tensor);
    if (!mapping) {
        return std::nullopt;
    }
    LinearInputs inputs;
    if (std::holds_alternative<Awq>(mapping->transform)) {
        inputs = kept_inputs(calibration, mapping->mapping.place, progress);
        if (inputs.form.channels() == 0) {
            throw Error(ErrorCode::usage, needs_sample());
        }
    } else {  // SmoothQuant goes by maxima alone
        inputs.statistics = calibration.inputs.at(mapping->mapping.place);
    }
    Model::Changes unused;
    return transform_mapping(task, *mapping, inputs, nullptr, unused, progress);
}

std::vector<SmoothTrial> kept_sweep(const MappingTask& task, std::size_t tensor,
                                    const Calibration& calibration, const Progress& progress) {
    const std::optional<TransformedMapping> mapping = mapping_of(task, tensor);
    if (!mapping || !std::holds_alternative<Smooth>(mapping->transform)) {
        return {};
    }
    return sweep_smooth({task.model, mapping->mapping, task.entries, task.importance,
                         calibration.inputs.at(mapping->mapping.place)},
                        progress);
}

}  // namespace ql
