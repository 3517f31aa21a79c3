#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "core/base/checked.h"
#include "core/export/file_layout.h"
#include "core/export/gguf_export.h"
#include "core/export/gguf_model_keys.h"
#include "core/export/llama_cpp_support.h"
#include "core/export/plan_notes.h"
#include "core/export/quantization_keys.h"
#include "core/export/verify.h"
#include "core/files/escape.h"
#include "core/model/resolve_plan.h"
#include "core/model/tokenizer/tokenizer_metadata.h"

namespace ql {

namespace {

bool from_gguf(const Model& model) { return model.checkpoint().format() == CheckpointFormat::gguf; }

/// Tensors that are not written: a tied output is the embedding once more.
bool is_left_out(const Model& model, const ModelTensor& tensor) {
    return !from_gguf(model) && tensor.role == Role::output &&
           model.hyperparameters()->tied_embeddings;
}

std::string written_name(const Model& model, const ModelTensor& tensor) {
    return from_gguf(model) ? tensor.name : tensor.gguf_name;
}

std::optional<Sentence> unplaced_tensor(const Model& model) {
    for (const ModelTensor& tensor : model.tensors()) {
        if (written_name(model, tensor).empty() && !is_left_out(model, tensor)) {
            return Sentence(QL_TR("core",
                                  "The tensor {} has no place in a GGUF file of the "
                                  "architecture {}."),
                            in_quotes(tensor.name), model.architecture()->title);
        }
    }
    return std::nullopt;
}

/// Two tensors that would be written under one name.
std::optional<Sentence> ambiguous_tensor(const Model& model) {
    std::set<std::string> names;
    for (const ModelTensor& tensor : model.tensors()) {
        if (!is_left_out(model, tensor) && !names.insert(written_name(model, tensor)).second) {
            return Sentence(QL_TR("core", "Two tensors would be written as {}."),
                            in_quotes(written_name(model, tensor)));
        }
    }
    return std::nullopt;
}

/// llama.cpp takes the embedding for the output where there is none: right only if they are tied.
std::optional<Sentence> lost_output(const Model& model) {
    if (model.hyperparameters()->tied_embeddings || model.find("output.weight") != nullptr) {
        return std::nullopt;
    }
    return Sentence(QL_TR("core",
                          "The model's output matrix (lm_head) is missing, and its configuration "
                          "does not say that it is tied to the embedding."));
}

/// The grid of a scheme if GGUF can hold it.
const StorageGrid* storage_of(const Scheme& scheme) {
    return scheme.exportable() ? std::get_if<StorageGrid>(&scheme.grid) : nullptr;
}

/// A block type of about as many bits as a scheme that GGUF cannot hold, under the same transform.
std::string instead_of(const Scheme& scheme) {
    const auto* integer = std::get_if<IntegerGrid>(&scheme.grid);
    const auto* textbook = std::get_if<TextbookGrid>(&scheme.grid);
    const int bits = integer != nullptr ? integer->bits : textbook != nullptr ? textbook->bits : 8;
    const DType dtype = bits <= 4 ? DType::q4_0 : bits == 5 ? DType::q5_0 : DType::q8_0;
    return format(Scheme{.transform = scheme.transform, .grid = StorageGrid{dtype}});
}

void require_storable(const std::optional<Scheme>& scheme) {
    if (scheme && storage_of(*scheme) == nullptr) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "GGUF has no type for the scheme {}; use a type that it has, "
                                   "such as {}."),
                             format(*scheme), instead_of(*scheme)));
    }
    if (scheme && scheme->activations) {
        throw Error(ErrorCode::unsupported,
                    Sentence(QL_TR("core",
                                   "GGUF does not record how activations are stored; the weights "
                                   "of {} can be written without its @{}."),
                             format(*scheme), format(*scheme->activations)));
    }
}

/// What llama.cpp computes with as F32 only.
bool is_always_f32(const ModelTensor& tensor) {
    return !tensor.matrix() || tensor.role == Role::position_embedding ||
           tensor.gguf_name.ends_with("_norm.weight");
}

/// The type of a tensor that no scheme covers.
DType kept_dtype(const Model& model, const ModelTensor& tensor, const ExportOptions& options) {
    if (is_always_f32(tensor)) {
        return from_gguf(model) ? tensor.dtype : DType::f32;
    }
    const bool float_stored = is_float(tensor.dtype) || traits(tensor.dtype).ggml_id < 0;
    if (options.rest && float_stored &&
        !make_grid(StorageGrid{*options.rest})->refuses(tensor.cols)) {
        return *options.rest;
    }
    if (tensor.packed != nullptr) {
        return DType::f16;  // what its runtimes compute with
    }
    if (from_gguf(model) || is_float(tensor.dtype)) {
        return tensor.dtype;
    }
    if (tensor.dtype == DType::f64) {
        return DType::f32;
    }
    if (tensor.dtype == DType::f8_e4m3 || tensor.dtype == DType::f8_e5m2) {
        return DType::f16;  // holds every value of both
    }
    throw Error(
        ErrorCode::unsupported,
        Sentence(QL_TR("core", "Its values are stored as {}, which is no type for weights."),
                 name(tensor.dtype)),
        tensor.name);
}

GgufExportTensor plan_tensor(const Model& model, std::size_t index, PlanEntry entry,
                             const ExportOptions& options) {
    const ModelTensor& tensor = model.tensors()[index];
    GgufExportTensor written;
    written.tensor = index;
    written.name = written_name(model, tensor);
    written.shape =
        tensor.adjust == Adjust::transpose ? Shape{tensor.rows, tensor.cols} : tensor.shape;
    written.entry = std::move(entry);
    written.dtype = written.entry.scheme ? storage_of(*written.entry.scheme)->dtype
                                         : kept_dtype(model, tensor, options);
    return written;
}

bool changes_types(const Model& model, const std::vector<GgufExportTensor>& tensors) {
    return std::any_of(tensors.begin(), tensors.end(), [&](const GgufExportTensor& tensor) {
        return tensor.tensor != GgufExportTensor::kComputed &&
               tensor.dtype != model.tensors()[tensor.tensor].dtype;
    });
}

GgufMetadata carried_over(const GgufMetadata& source) {
    std::vector<GgufMetadata::Entry> entries;
    for (const GgufMetadata::Entry& entry : source.entries()) {
        if (!entry.first.starts_with("split.") && entry.first != kHashesKey &&
            entry.first != kTypesKey) {
            entries.push_back(entry);
        }
    }
    return GgufMetadata(std::move(entries));
}

void add_tokenizer(const Model& model, GgufExport& result) {
    const ModelTensor* embedding = model.find("token_embd.weight");
    const auto rows = static_cast<std::uint64_t>(embedding->rows);
    result.metadata.set(fmt::format("{}.vocab_size", model.architecture()->gguf),
                        GgufValue::of_u32(static_cast<std::uint32_t>(rows)));
    TokenizerMetadata tokenizer =
        tokenizer_metadata(model.checkpoint().directory(), model.checkpoint().config(), rows);
    for (const auto& [key, value] : tokenizer.keys.entries()) {
        result.metadata.set(key, value);
    }
    result.notes.insert(result.notes.end(), tokenizer.notes.begin(), tokenizer.notes.end());
    const GgufValue* tokens = tokenizer.keys.find("tokenizer.ggml.tokens");
    if (tokens != nullptr &&
        name_needs_other_tokens(model.title(),
                                tokens->as_strings().value_or(std::vector<std::string>()))) {
        result.metadata.erase("general.name");
        result.notes.emplace_back(
            QL_TR("core",
                  "The name {} is left out: llama.cpp takes it for Microsoft's Phi-3 and misses "
                  "that model's tokens."),
            in_quotes(model.title()));
    }
}

void note_sliding_window(const Model& model, GgufExport& result) {
    const Hyperparameters& h = *model.hyperparameters();
    if (model.architecture()->gguf == "llama" && h.sliding_window &&
        *h.sliding_window < h.context_length) {
        result.notes.emplace_back(
            QL_TR("core",
                  "The model attends to the last {} tokens only; llama.cpp lets this "
                  "architecture attend to all."),
            *h.sliding_window);
    }
}

void sort_as_stored(const Model& model, std::vector<GgufExportTensor>& tensors) {
    std::sort(tensors.begin(), tensors.end(), [&](const auto& a, const auto& b) {
        return model.tensors()[a.tensor].stored < model.tensors()[b.tensor].stored;
    });
}

}  // namespace

std::optional<Sentence> gguf_refusal(const Model& model) {
    const Architecture* architecture = model.architecture();
    if (architecture == nullptr || seen_in_llama_cpp(*architecture) == nullptr) {
        return Sentence(QL_TR("core",
                              "Models of this architecture were not seen to work in llama.cpp; "
                              "only those that were can be written as GGUF."));
    }
    if (!model.hyperparameters()) {
        return Sentence(QL_TR("core", "The file has no hyper-parameters: it is no whole model."));
    }
    if (!from_gguf(model)) {
        for (auto refusal : {unread_quantization(model), lost_output(model)}) {
            if (refusal) {
                return refusal;
            }
        }
    }
    if (!model.missing().empty()) {
        return Sentence(
            QL_TR("core", "{} tensors that llama.cpp needs are missing; the first is {}."),
            model.missing().size(), model.missing().front());
    }
    for (auto refusal : {unplaced_tensor(model), ambiguous_tensor(model)}) {
        if (refusal) {
            return refusal;
        }
    }
    return from_gguf(model) ? std::nullopt : llama_cpp_deviation(model);
}

GgufExport plan_gguf(const Model& model, const Plan& plan, const ExportOptions& options) {
    if (const auto refusal = gguf_refusal(model)) {
        throw Error(ErrorCode::unsupported, *refusal, model.checkpoint().path().string());
    }
    if (const auto* scheme = std::get_if<Scheme>(&plan.base)) {
        require_storable(*scheme);
    }
    for (const PlanRule& rule : plan.rules) {
        require_storable(rule.scheme);
    }
    GgufExport result;
    result.importance = options.importance;
    result.rounded = options.rounded;
    std::vector<PlanEntry> entries = resolve_plan(plan, model, options.importance.get());
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        if (!is_left_out(model, model.tensors()[i])) {
            result.tensors.push_back(plan_tensor(model, i, std::move(entries[i]), options));
        }
    }
    if (from_gguf(model)) {
        result.metadata = carried_over(*model.checkpoint().gguf());
        sort_as_stored(model, result.tensors);
    } else {
        result.metadata = gguf_model_keys(model);
        add_tokenizer(model, result);
        for (GgufExportTensor& tensor : gguf_rope_tensors(model)) {
            result.tensors.push_back(std::move(tensor));
        }
    }
    if (!from_gguf(model) || changes_types(model, result.tensors)) {
        set_type_keys(plan, result);
    }
    set_importance_keys(result);
    for (Sentence& note : plan_notes(model, plan, export_rows(result), options)) {
        result.notes.push_back(std::move(note));
    }
    note_sliding_window(model, result);

    result.metadata.set(std::string(kHashesKey),
                        GgufValue::of_u64s(std::vector<std::uint64_t>(result.tensors.size())));
    result.metadata.set(std::string(kTypesKey), GgufValue::of_u64(hash_types(result.tensors)));
    const FileLayout layout(result);
    for (std::size_t i = 0; i < result.tensors.size(); ++i) {
        result.tensors[i].bytes = layout.tensors[i].bytes;
    }
    result.file_bytes = layout.file_bytes;
    return result;
}

}  // namespace ql
