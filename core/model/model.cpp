#include "core/model/model.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "core/model/forward/stored_activations.h"
#include "core/model/tensor_rows.h"

namespace ql {

namespace {

std::string title_of(const Checkpoint& checkpoint) {
    if (const GgufMetadata* metadata = checkpoint.gguf()) {
        if (const auto title = metadata->string("general.name"); title && !title->empty()) {
            return *title;
        }
    }
    const std::filesystem::path& path = checkpoint.path();
    if (std::filesystem::is_directory(path)) {
        const auto absolute = std::filesystem::absolute(path).lexically_normal();
        return absolute.has_filename() ? absolute.filename().string()
                                       : absolute.parent_path().filename().string();
    }
    return path.stem().string();
}

std::string declared_architecture(const Checkpoint& checkpoint) {
    if (const GgufMetadata* metadata = checkpoint.gguf()) {
        return metadata->string("general.architecture").value_or("");
    }
    const nlohmann::json& config = checkpoint.config();
    if (!config.is_object() || !config.contains("model_type") ||
        !config["model_type"].is_string()) {
        return {};
    }
    return config["model_type"].get<std::string>();
}

const Architecture* architecture_of(const Checkpoint& checkpoint) {
    const std::string declared = declared_architecture(checkpoint);
    return checkpoint.gguf() != nullptr ? architecture_of_gguf(declared)
                                        : architecture_of_hf(declared);
}

/// A name without its last two parts: tensors without a role are listed under it.
std::string prefix_of(std::string_view name) {
    std::size_t end = name.rfind('.');
    if (end != std::string_view::npos && end > 0) {
        const std::size_t before = name.rfind('.', end - 1);
        end = before != std::string_view::npos ? before : end;
    }
    return end == std::string_view::npos ? std::string() : std::string(name.substr(0, end));
}

/// Buffers that are no weights and that no runtime wants. GPT-2's causal mask is called like a
/// bias.
bool is_buffer(const Architecture* architecture, std::string_view name) {
    return name.ends_with(".rotary_emb.inv_freq") || name.ends_with(".attn.masked_bias") ||
           (architecture != nullptr && architecture->id == "gpt2" && name.ends_with(".attn.bias"));
}

ModelTensor describe(const StoredTensor& stored, std::size_t index,
                     const Architecture* architecture, CheckpointFormat format) {
    ModelTensor tensor;
    tensor.name = stored.name;
    tensor.dtype = stored.dtype;
    tensor.shape = stored.shape;
    tensor.bytes = stored.bytes;
    tensor.stored = index;
    tensor.cols = stored.shape.empty() ? 1 : stored.shape.back();
    tensor.rows = 1;
    for (std::size_t i = 0; i + 1 < stored.shape.size(); ++i) {
        tensor.rows *= stored.shape[i];
    }
    if (tensor.rows * tensor.cols == 0) {
        tensor.rows = 0;  // no rows to make room for, whatever the other dimensions say
    }
    const bool gguf = format == CheckpointFormat::gguf;
    if (architecture == nullptr) {
        tensor.group = prefix_of(stored.name);
        tensor.linear = stored.shape.size() == 2 && can_decode(stored.dtype);
        return tensor;
    }
    const TensorIdentity identity =
        gguf ? identify_gguf(*architecture, stored.name) : identify_hf(*architecture, stored.name);
    if (identity.rule == nullptr) {
        tensor.group = prefix_of(stored.name);
        return tensor;
    }
    tensor.role = identity.rule->role;
    tensor.layer = identity.layer;
    tensor.bias = identity.suffix == ".bias";
    tensor.gguf_name = identity.gguf_name();
    tensor.linear = is_linear(tensor.role) && !tensor.bias && tensor.matrix();
    if (!gguf && !(tensor.bias && identity.rule->adjust == Adjust::transpose) &&
        !(tensor.bias && identity.rule->adjust == Adjust::add_one)) {
        tensor.adjust = identity.rule->adjust;
    }
    if (tensor.adjust == Adjust::transpose && tensor.shape.size() == 2) {
        std::swap(tensor.rows, tensor.cols);
    }
    return tensor;
}

/// A packed matrix as if it was stored in one piece, as the numbers that it decodes to, [out, in].
ModelTensor describe_packed(PackedTensor packed, const Architecture* architecture) {
    StoredTensor stored;
    stored.name = packed.name;
    stored.shape = {packed.rows, packed.cols};
    stored.bytes = packed.bytes;
    ModelTensor tensor =
        describe(stored, packed.parts.front(), architecture, CheckpointFormat::safetensors);
    if (tensor.adjust == Adjust::transpose) {  // packing turns these
        tensor.adjust = Adjust::none;
        tensor.rows = packed.rows;
        tensor.cols = packed.cols;
    }
    tensor.packed = std::make_shared<const PackedTensor>(std::move(packed));
    return tensor;
}

/// Whether there is any hyper-parameter: collections of tensors in GGUF form have none.
bool describes_model(const GgufMetadata& metadata, const Architecture& architecture) {
    const std::string prefix = std::string(architecture.gguf) + ".";
    return std::any_of(
        metadata.entries().begin(), metadata.entries().end(),
        [&](const GgufMetadata::Entry& entry) { return entry.first.starts_with(prefix); });
}

/// Embeddings, layers, the end, and what is not understood; inside, by role.
auto order_key(const ModelTensor& tensor) {
    int section = 1;
    if (tensor.role == Role::other) {
        section = 3;
    } else if (tensor.layer < 0) {
        section = tensor.role <= Role::position_embedding ? 0 : 2;
    }
    return std::tuple(section, tensor.layer, tensor.role, tensor.bias);
}

}  // namespace

std::string ModelTensor::stored_as() const {
    return packed != nullptr ? format(packed->format.grid) : std::string(ql::name(dtype));
}

PlanTarget ModelTensor::plan_target() const {
    // llama.cpp computes with position embeddings as F32 only.
    const bool always_f32 = role == Role::position_embedding;
    return {name, gguf_name, linear, matrix(), always_f32, dtype, rows, cols};
}

std::shared_ptr<const Model> Model::open(const std::filesystem::path& path) {
    const std::shared_ptr<Model> model(new Model);
    model->checkpoint_ = Checkpoint::open(path);
    model->title_ = title_of(*model->checkpoint_);
    model->architecture_ = architecture_of(*model->checkpoint_);
    try {
        model->read_hyperparameters();
        model->identify();
        model->check_shapes();
    } catch (const Error& error) {
        throw Error(
            error.code(), error.sentence(),
            error.context().empty() ? path.string() : path.string() + ": " + error.context());
    }
    model->find_missing();
    const std::vector<Sentence> notes = StoredActivations(*model).notes();
    model->warnings_.insert(model->warnings_.end(), notes.begin(), notes.end());
    return model;
}

void Model::read_hyperparameters() {
    if (architecture_ == nullptr) {
        return;
    }
    const GgufMetadata* metadata = checkpoint_->gguf();
    if (metadata == nullptr) {
        hyperparameters_ = hyperparameters_from_config(checkpoint_->config(), *architecture_);
    } else if (describes_model(*metadata, *architecture_)) {
        hyperparameters_ = hyperparameters_from_gguf(*metadata, *architecture_);
    } else {
        warnings_.push_back(Sentence(QL_TR(
            "core", "The file has no hyper-parameters: its tensors can be looked at, no more.")));
    }
}

void Model::identify() {
    const std::span<const StoredTensor> stored = checkpoint_->tensors();
    PackedTensors packed = find_packed_tensors(*checkpoint_);
    warnings_.insert(warnings_.end(), packed.notes.begin(), packed.notes.end());
    std::vector<ModelTensor> tensors;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (!packed.taken[i] && !is_buffer(architecture_, stored[i].name)) {
            tensors.push_back(describe(stored[i], i, architecture_, checkpoint_->format()));
        }
    }
    for (PackedTensor& tensor : packed.tensors) {
        tensors.push_back(describe_packed(std::move(tensor), architecture_));
    }
    for (const ModelTensor& tensor : tensors) {
        parameters_ += tensor.values();
    }
    std::stable_sort(
        tensors.begin(), tensors.end(),
        [](const ModelTensor& a, const ModelTensor& b) { return order_key(a) < order_key(b); });
    tensors_ = std::make_shared<const std::vector<ModelTensor>>(std::move(tensors));
    if (architecture_ == nullptr) {
        const std::string declared = declared_architecture(*checkpoint_);
        warnings_.push_back(
            declared.empty() ? Sentence(QL_TR("core",
                                              "The file does not say what architecture it is; its "
                                              "tensors are listed by name."))
                             : Sentence(QL_TR("core",
                                              "The architecture “{}” is not known; its tensors are "
                                              "listed by name."),
                                        declared));
    }
}

void Model::check_shapes() const {
    if (!hyperparameters_) {
        return;
    }
    const Hyperparameters& h = *hyperparameters_;
    const auto width = static_cast<std::int64_t>(h.embedding_length);
    const auto q_rows = static_cast<std::int64_t>(h.head_count * h.head_dim);
    const auto kv_rows = static_cast<std::int64_t>(h.head_count_kv * h.head_dim);
    const auto feed_forward = static_cast<std::int64_t>(h.feed_forward_length);
    for (const ModelTensor& t : *tensors_) {
        if (t.role == Role::other) {
            continue;
        }
        std::int64_t rows = t.rows;
        std::int64_t cols = t.cols;
        switch (t.role) {
            case Role::token_embedding:
            case Role::output:
                cols = width;
                break;
            case Role::q:
                rows = q_rows;
                cols = width;
                break;
            case Role::k:
            case Role::v:
                rows = kv_rows;
                cols = width;
                break;
            case Role::qkv:
                rows = q_rows + 2 * kv_rows;
                cols = width;
                break;
            case Role::attention_output:
                rows = width;
                cols = q_rows;
                break;
            case Role::gate:
            case Role::up:
                rows = feed_forward;
                cols = width;
                break;
            case Role::down:
                rows = width;
                cols = feed_forward;
                break;
            case Role::attention_norm:
            case Role::ffn_norm:
            case Role::output_norm:
                cols = width;
                break;
            default:
                break;
        }
        // Phi-3 in GGUF form keeps gate and up in one matrix that is called ffn_up.
        const bool fused = t.role == Role::gate_up;
        if (fused) {
            rows = 2 * feed_forward;
            cols = width;
        }
        if (t.bias) {
            // A bias has as many values as its matrix has rows.
            cols = is_linear(t.role) ? rows : cols;
            rows = 1;
        }
        if (t.layer >= static_cast<int>(h.block_count)) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "It belongs to layer {}, but the model has only {} "
                                       "layers."),
                                 t.layer, h.block_count),
                        t.name);
        }
        if (t.rows != rows || t.cols != cols) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "Its shape is {} × {}, but the hyper-parameters "
                                       "ask for {} × {}."),
                                 t.rows, t.cols, rows, cols),
                        t.name);
        }
    }
}

void Model::find_missing() {
    if (!hyperparameters_) {
        return;
    }
    std::set<std::string_view> present;
    for (const ModelTensor& tensor : *tensors_) {
        present.insert(tensor.gguf_name);
    }
    for (const TensorRule& rule : architecture_->rules) {
        if (!rule.required) {
            continue;
        }
        const bool in_layers = rule.gguf.find("{}") != std::string_view::npos;
        const int layers = in_layers ? static_cast<int>(hyperparameters_->block_count) : 1;
        for (int layer = 0; layer < layers; ++layer) {
            const TensorIdentity identity{&rule, in_layers ? layer : -1, ".weight"};
            std::string wanted = identity.gguf_name();
            if (!present.contains(wanted)) {
                missing_.push_back(std::move(wanted));
            }
        }
    }
    if (!missing_.empty()) {
        warnings_.push_back(Sentence(QL_TR("core",
                                           "{} tensors that the architecture needs are "
                                           "missing; the first is {}."),
                                     missing_.size(), missing_.front()));
    }
}

const ModelTensor* Model::find(std::string_view name) const {
    for (const ModelTensor& tensor : *tensors_) {
        if (tensor.name == name || tensor.gguf_name == name) {
            return &tensor;
        }
    }
    return nullptr;
}

std::shared_ptr<const Model> Model::with(Changes changes) const {
    const std::shared_ptr<Model> changed(new Model(*this));
    changed->changes_ = std::move(changes);
    return changed;
}

const TensorChange* Model::change_of(const ModelTensor& tensor) const {
    if (changes_.empty()) {
        return nullptr;
    }
    const auto found = changes_.find(static_cast<std::size_t>(&tensor - tensors_->data()));
    return found == changes_.end() ? nullptr : &found->second;
}

std::unique_ptr<RowSource> Model::rows(const ModelTensor& tensor, RowOrder order) const {
    return make_tensor_rows(shared_from_this(), tensor, order);
}

}  // namespace ql
