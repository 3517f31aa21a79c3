#include <array>

#include <nlohmann/json.hpp>

#include "core/export/export_plan.h"
#include "core/export/hugging_face_config.h"
#include "core/export/model_files.h"
#include "core/export/packed_choice.h"
#include "core/export/plan_notes.h"
#include "core/export/quantization_config.h"
#include "core/export/safetensors_export.h"
#include "core/files/escape.h"
#include "core/model/calibration/input_place.h"
#include "core/model/resolve_plan.h"
#include "core/model/tensor_rows.h"
#include "core/model/tokenizer_export.h"

namespace ql {

namespace {

/// The type of a scale of activations that is fixed beforehand.
const PackedPart kInputScale{"input_scale", DType::f32, {1}};

constexpr std::string_view kWeight = ".weight";

/// The type that a scheme merely rounds to, if it does nothing else.
std::optional<DType> float_type(const std::optional<Scheme>& scheme) {
    const auto* storage = scheme ? std::get_if<StorageGrid>(&scheme->grid) : nullptr;
    return storage != nullptr && is_float(storage->dtype) ? std::optional(storage->dtype)
                                                          : std::nullopt;
}

/// The type of what is written as it is, or as the values that it is quantized to.
DType plain_type(const ModelTensor& tensor, const PlanEntry& entry, const ExportOptions& options) {
    const bool weights_follow_rest = options.format == ExportFormat::dequantized && options.rest;
    if (const auto chosen = float_type(entry.scheme); chosen && !weights_follow_rest) {
        return *chosen;
    }
    const bool quantized = tensor.packed != nullptr || traits(tensor.dtype).block_values > 1;
    const bool floats = is_float(tensor.dtype) || tensor.dtype == DType::f64 || quantized;
    if (options.rest && floats) {
        return *options.rest;
    }
    const bool decoded = entry.scheme && !floats;
    return quantized || decoded ? DType::f16 : tensor.dtype;  // as runtimes compute
}

/// Collects what a format cannot hold: the first is named, with the number of all others.
class Obstacles {
  public:
    void add(const std::string& tensor, Sentence why) {
        if (why_.empty()) {
            why_ = std::move(why);
            first_ = tensor;
        }
        ++count_;
    }

    void throw_if_any() const {
        if (count_ > 0) {
            const std::string more = count_ > 1 ? fmt::format(" (+{})", count_ - 1) : std::string();
            throw Error(ErrorCode::unsupported, why_, escaped(first_) + more);
        }
    }

  private:
    std::size_t count_ = 0;
    std::string first_;
    Sentence why_;
};

/// Chooses the form of every tensor.
class FolderPlanner {
  public:
    FolderPlanner(const Model& model, const ExportOptions& options)
        : model_(model), options_(options) {}

    std::vector<SafetensorsExportTensor> tensors(std::vector<PlanEntry> entries) {
        kept_activations_ = kept_activations(model_, entries);
        std::vector<SafetensorsExportTensor> tensors;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (!name_of(model_.tensors()[i]).empty()) {
                tensors.push_back(tensor(i, std::move(entries[i])));
            }
        }
        obstacles_.throw_if_any();
        return tensors;
    }

  private:
    bool from_gguf() const { return model_.checkpoint().format() == CheckpointFormat::gguf; }

    /// Of a tensor in the folder; empty if the configuration stands for it.
    std::string name_of(const ModelTensor& tensor) const {
        return from_gguf() ? hugging_face_name(model_, tensor) : tensor.name;
    }

    SafetensorsExportTensor tensor(std::size_t index, PlanEntry entry) {
        const ModelTensor& source = model_.tensors()[index];
        SafetensorsExportTensor result;
        result.tensor = index;
        result.name = name_of(source);
        result.shape = source.shape;
        result.entry = std::move(entry);
        result.dtype = plain_type(source, result.entry, options_);
        const std::optional<Scheme>& scheme = result.entry.scheme;
        if (options_.format == ExportFormat::dequantized) {
            if (scheme && !scheme->exportable()) {
                obstacles_.add(source.name,
                               Sentence(QL_TR("core",
                                              "Textbook schemes show what simplifications cost; "
                                              "they are not exported.")));
            } else if (scheme && scheme->activations) {
                obstacles_.add(source.name,
                               Sentence(QL_TR("core",
                                              "Floats do not record how activations are stored "
                                              "(@{})."),
                                        format(*scheme->activations)));
            }
        } else if (scheme && !float_type(scheme)) {
            pack(source, *scheme, result);
        } else if (!scheme && source.packed != nullptr && is_block_linear(source)) {
            keep(source, result);
        } else if (options_.format == ExportFormat::gptq && source.linear) {
            obstacles_.add(source.name,
                           result.entry.fallback.empty()
                               ? Sentence(QL_TR("core",
                                                "Every linear of the decoder has to be quantized "
                                                "in this format."))
                               : result.entry.fallback);
        }
        for (const PackedPart& part : result.parts()) {
            result.bytes += *storage_bytes(part.dtype, *element_count(part.shape));
        }
        return result;
    }

    static bool is_block_linear(const ModelTensor& source) {
        return source.linear && source.layer >= 0 && source.adjust != Adjust::transpose;
    }

    /// Lays the model's own codes out once more: as if a scheme asked for their type.
    void keep(const ModelTensor& source, SafetensorsExportTensor& result) {
        if (!source.packed->columns.empty() || model_.change_of(source) != nullptr) {
            obstacles_.add(
                source.name,
                source.packed->columns.empty()
                    ? Sentence(QL_TR("core",
                                     "Its codes cannot be kept: the plan scales its weights for "
                                     "other tensors."))
                    : Sentence(QL_TR("core",
                                     "Its codes cannot be kept: its groups are not made of "
                                     "neighbouring columns (desc_act).")));
            return;
        }
        const auto place = input_place(source);
        Scheme scheme{.grid = source.packed->format.grid};
        scheme.activations = kept_activations_.at(place->layer, place->site);
        pack(source, scheme, result);
    }

    void pack(const ModelTensor& source, const Scheme& scheme, SafetensorsExportTensor& result) {
        if (!is_block_linear(source) || !result.name.ends_with(kWeight)) {
            obstacles_.add(source.name,
                           Sentence(QL_TR("core",
                                          "Only linears of a decoder's blocks can be quantized in "
                                          "this format, stored [out, in].")));
            return;
        }
        PackedFormat format;
        try {
            format = packed_format(options_.format, scheme);
        } catch (const Error& error) {
            obstacles_.add(source.name, error.sentence());
            return;
        }
        result.kept =
            source.packed != nullptr && (!result.entry.scheme || is_copied(model_, source, scheme));
        if (result.kept) {
            format.grid = source.packed->format.grid;
            format.fp8_scale = source.packed->format.fp8_scale;
        }
        if (const auto refusal = PackedMatrix::refuses(format, source.rows, source.cols)) {
            obstacles_.add(source.name, *refusal);
            return;
        }
        const auto* fp8 = std::get_if<Fp8Grid>(&format.grid);
        if (fp8 != nullptr && fp8->scaling == Fp8Scaling::block &&
            stored_row(model_, source, RowOrder::hugging_face, 1) != 1) {
            obstacles_.add(source.name,
                           Sentence(QL_TR("core",
                                          "Its rows stand in another order in a folder than in "
                                          "this GGUF file, and so other blocks share scales.")));
            return;
        }
        const bool one_for_all =
            options_.format == ExportFormat::gptq || options_.format == ExportFormat::awq;
        if (one_for_all && first_ && !(*first_ == format)) {
            obstacles_.add(source.name,
                           Sentence(QL_TR("core",
                                          "All quantized linears have one type in this format, "
                                          "here {}, not {}."),
                                    ql::format(first_->grid), ql::format(format.grid)));
            return;
        }
        first_ = format;
        result.packed = format;
        result.activations = scheme.activations;
    }

    const Model& model_;
    const ExportOptions& options_;
    StoredActivations kept_activations_;
    std::optional<PackedFormat> first_;
    Obstacles obstacles_;
};

void assign_shards(SafetensorsExport& plan) {
    std::uint64_t filled = 0;
    plan.shards = 1;
    for (SafetensorsExportTensor& tensor : plan.tensors) {
        if (filled > 0 && filled + tensor.bytes > plan.options.shard_bytes) {
            ++plan.shards;
            filled = 0;
        }
        tensor.shard = plan.shards - 1;
        filled += tensor.bytes;
        plan.file_bytes += tensor.bytes;
    }
}

/// The type in which runtimes are to compute: that of integers' scales, which they would round to
/// another; else the one with most values of what is not quantized.
DType compute_type(const SafetensorsExport& plan) {
    std::map<DType, std::uint64_t> values;
    for (const SafetensorsExportTensor& tensor : plan.tensors) {
        const auto* integers =
            tensor.packed ? std::get_if<IntegerGrid>(&tensor.packed->grid) : nullptr;
        if (integers != nullptr) {
            return integers->scale;
        }
        if (!tensor.packed && is_float(tensor.dtype)) {
            values[tensor.dtype] += element_count(tensor.shape).value_or(0);
        }
    }
    const auto most =
        std::max_element(values.begin(), values.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == values.end() ? DType::f16 : most->first;
}

std::string_view torch_name(DType dtype) {
    return dtype == DType::f32 ? "float32" : dtype == DType::f16 ? "float16" : "bfloat16";
}

std::shared_ptr<const nlohmann::ordered_json> config_of(const Model& model,
                                                        const SafetensorsExport& plan) {
    const nlohmann::json& source = model.checkpoint().config();
    const bool from_gguf = model.checkpoint().format() == CheckpointFormat::gguf;
    if (!from_gguf && !source.is_object()) {
        return nullptr;
    }
    nlohmann::ordered_json config =
        from_gguf ? hugging_face_config(model) : nlohmann::ordered_json(source);
    config.erase("quantization_config");
    const bool new_key = config.contains("dtype") && !config.contains("torch_dtype");
    config[new_key ? "dtype" : "torch_dtype"] = torch_name(compute_type(plan));
    if (plan.format != ExportFormat::dequantized) {
        config["quantization_config"] = quantization_config(model, plan);
    }
    return std::make_shared<const nlohmann::ordered_json>(std::move(config));
}

/// vLLM makes one matrix of those that read the same input: q, k and v, and gate and up.
void note_joined(const Model& model, SafetensorsExport& plan) {
    std::map<InputPlace, std::optional<PackedFormat>> first;
    for (const SafetensorsExportTensor& tensor : plan.tensors) {
        const ModelTensor& source = model.tensors()[tensor.tensor];
        const auto place = input_place(source);
        if (!place || !source.linear) {
            continue;
        }
        if (first.emplace(*place, tensor.packed).first->second != tensor.packed) {
            plan.notes.emplace_back(
                QL_TR("core",
                      "vLLM joins q, k and v, and gate and up, and wants each of one type; {} "
                      "differs from the others of its layer."),
                in_quotes(tensor.name));
            plan.joinable = false;
            return;
        }
    }
}

/// Decoded values that no float type but F32 holds as they are.
void note_rounding(SafetensorsExport& plan) {
    const bool rounded = std::any_of(
        plan.tensors.begin(), plan.tensors.end(), [](const SafetensorsExportTensor& tensor) {
            return tensor.entry.scheme && !float_type(tensor.entry.scheme) &&
                   tensor.dtype != DType::f32;
        });
    if (plan.format == ExportFormat::dequantized && rounded) {
        plan.notes.emplace_back(QL_TR(
            "core",
            "Decoded weights are rounded once more to the written type, which measurements do not "
            "count; F32 keeps them as they are."));
    }
}

void require_known(const Model& model, ExportFormat format) {
    if (const auto refusal = unread_quantization(model)) {
        throw Error(ErrorCode::unsupported, *refusal, model.checkpoint().path().string());
    }
    if (model.checkpoint().format() == CheckpointFormat::gguf) {
        for (const ModelTensor& tensor : model.tensors()) {
            if (tensor.role == Role::other) {
                throw Error(ErrorCode::unsupported,
                            Sentence(QL_TR("core",
                                           "The tensor {} has no place in a folder in Hugging Face "
                                           "form."),
                                     in_quotes(tensor.name)),
                            model.checkpoint().path().string());
            }
        }
    }
    const bool known = model.architecture() != nullptr && model.hyperparameters().has_value();
    if (format != ExportFormat::dequantized && !known) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "The model's architecture is not known, and so not which "
                                   "tensors are the linears that this format quantizes.")),
                    model.checkpoint().path().string());
    }
}

/// A plan that leaves all linears as they are, and if there is one, the reason of the first.
[[noreturn]] void refuse_empty_plan(const Model& model, const SafetensorsExport& plan) {
    const auto kept = std::find_if(
        plan.tensors.begin(), plan.tensors.end(), [&](const SafetensorsExportTensor& tensor) {
            return model.tensors()[tensor.tensor].linear && !tensor.entry.fallback.empty();
        });
    if (kept != plan.tensors.end()) {
        throw Error(ErrorCode::unsupported, kept->entry.fallback, escaped(kept->name));
    }
    throw Error(ErrorCode::unsupported,
                Sentence(QL_TR("core",
                               "The plan quantizes nothing that this format could hold; "
                               "dequantized writes floats.")));
}

/// Texts cannot be put in without one.
void note_missing_tokenizer(SafetensorsExport& plan) {
    constexpr std::array kFiles = {"tokenizer.json", "tokenizer.model", "vocab.json"};
    if (std::none_of(kFiles.begin(), kFiles.end(),
                     [&](const char* file) { return plan.companions.contains(file); })) {
        plan.notes.emplace_back(
            QL_TR("core",
                  "There is no tokenizer beside the model, and so none in the folder: programs "
                  "load it, but need a tokenizer from elsewhere."));
    }
}

}  // namespace

std::string SafetensorsExportTensor::type() const {
    return packed ? ql::format(packed->grid) : std::string(ql::name(dtype));
}

std::string SafetensorsExportTensor::module() const {
    return name.ends_with(kWeight) ? name.substr(0, name.size() - kWeight.size()) : name;
}

std::vector<PackedPart> SafetensorsExportTensor::parts() const {
    if (!packed) {
        return {{{}, dtype, shape}};
    }
    std::vector<PackedPart> parts = PackedMatrix(*packed, shape[0], shape[1]).parts();
    if (input_scale()) {
        parts.push_back(kInputScale);
    }
    return parts;
}

std::string SafetensorsExportTensor::part_name(const PackedPart& part) const {
    return packed ? fmt::format("{}.{}", module(), part.name) : name;
}

SafetensorsExport plan_safetensors(const Model& model, const Plan& plan,
                                   const ExportOptions& options) {
    require_known(model, options.format);
    if (options.rest && !is_float(*options.rest)) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "In this format the other tensors can be F32, F16 or "
                                   "BF16, not {}."),
                             name(*options.rest)));
    }
    SafetensorsExport result;
    result.format = options.format;
    result.plan = plan;
    result.label = format(plan);
    result.options = options;
    const auto* scheme = std::get_if<Scheme>(&plan.base);
    if (options.format == ExportFormat::dequantized && !options.rest && scheme != nullptr) {
        result.options.rest = float_type(*scheme);  // a conversion is one of everything
    }
    result.tensors = FolderPlanner(model, result.options)
                         .tensors(resolve_plan(plan, model, options.importance.get()));
    const bool packed = std::any_of(result.tensors.begin(), result.tensors.end(),
                                    [](const auto& tensor) { return tensor.packed.has_value(); });
    if (!packed && options.format != ExportFormat::dequantized) {
        refuse_empty_plan(model, result);
    }
    assign_shards(result);
    result.config = config_of(model, result);
    const GgufMetadata* metadata = model.checkpoint().gguf();
    result.companions = metadata != nullptr ? hugging_face_tokenizer(*metadata)
                                            : companion_files(model.checkpoint().directory());
    result.notes = plan_notes(model, plan, export_rows(result), options);
    note_missing_tokenizer(result);
    note_rounding(result);
    note_joined(model, result);
    return result;
}

}  // namespace ql
