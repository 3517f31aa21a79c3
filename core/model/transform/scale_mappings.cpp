#include "core/model/transform/scale_mappings.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/model/forward/decoder_spec.h"

namespace ql {

namespace {

/// Finds the mappings of one block after the other.
class MappingTable {
  public:
    explicit MappingTable(const Model& model) : model_(model), index_(model) {}

    std::vector<ScaleMapping> all() {
        const auto blocks = static_cast<int>(model_.hyperparameters()->block_count);
        for (int layer = 0; layer < blocks; ++layer) {
            layer_ = layer;
            if (model_.architecture()->id != "gemma3") {
                add(Role::attention_norm, 0, InputSite::attention,
                    {Role::q, Role::k, Role::v, Role::qkv});
            }
            add_values();
            add(Role::ffn_norm, 0, InputSite::feed_forward, {Role::gate, Role::up, Role::gate_up});
            add_products();
        }
        return std::move(mappings_);
    }

  private:
    const ModelTensor* find(Role role, bool bias = false) const {
        return index_.find(role, layer_, bias);
    }
    std::size_t number(const ModelTensor* tensor) const {
        return static_cast<std::size_t>(tensor - model_.tensors().data());
    }

    void add_values() {
        const Hyperparameters& h = *model_.hyperparameters();
        if (h.head_count != h.head_count_kv) {
            return;  // several heads read the same values, each with columns of its own
        }
        const auto rows = static_cast<std::int64_t>(h.head_count * h.head_dim);
        if (find(Role::qkv) != nullptr) {
            add(Role::qkv, 2 * rows, InputSite::attention_output, {Role::attention_output});
        } else {
            add(Role::v, 0, InputSite::attention_output, {Role::attention_output});
        }
    }

    void add_products() {
        const auto width = static_cast<std::int64_t>(model_.hyperparameters()->feed_forward_length);
        if (find(Role::gate_up) != nullptr) {
            add(Role::gate_up, width, InputSite::down, {Role::down});
        } else if (find(Role::gate) != nullptr) {
            add(Role::up, 0, InputSite::down, {Role::down});
        }
    }

    void add(Role producer, std::int64_t first_row, InputSite site, std::vector<Role> consumers) {
        ScaleMapping mapping;
        mapping.place = {layer_, site};
        for (const Role role : consumers) {
            if (const ModelTensor* tensor = find(role)) {
                mapping.consumers.push_back(number(tensor));
                mapping.channels = tensor->cols;
            }
        }
        const ModelTensor* weight = find(producer);
        if (weight == nullptr || mapping.consumers.empty()) {
            return;
        }
        mapping.producer = number(weight);
        if (const ModelTensor* bias = find(producer, true)) {
            mapping.producer_bias = number(bias);
        }
        mapping.norm = !is_linear(producer);
        mapping.first_row = first_row;
        mappings_.push_back(std::move(mapping));
    }

    const Model& model_;
    TensorIndex index_;
    int layer_ = 0;
    std::vector<ScaleMapping> mappings_;
};

std::vector<float> vector_of(const Model& model, std::size_t index) {
    const ModelTensor& tensor = model.tensors()[index];
    std::vector<float> values(tensor.values());
    model.rows(tensor)->read(0, tensor.rows, values.data());
    return values;
}

/// The type of a tensor's new values: the stored one, of those that values can be written in.
DType kept_type(const ModelTensor& tensor) {
    return tensor.dtype == DType::f16 || tensor.dtype == DType::bf16 ? tensor.dtype : DType::f32;
}

void round_as_stored(const Model& model, std::size_t index, std::vector<float>& values) {
    round_to(kept_type(model.tensors()[index]), values.data(), values.size());
}

/// What dividing a producer does to its bias.
TensorChange fold_into_bias(const Model& model, const ScaleMapping& mapping,
                            const std::vector<float>& scales) {
    TensorChange change{.values = vector_of(model, *mapping.producer_bias)};
    for (std::size_t i = 0; i < scales.size(); ++i) {
        change.values[static_cast<std::size_t>(mapping.first_row) + i] /= scales[i];
    }
    round_as_stored(model, *mapping.producer_bias, change.values);
    return change;
}

}  // namespace

std::vector<ScaleMapping> scale_mappings(const Model& model) { return MappingTable(model).all(); }

FoldedNorm fold_into_norm(const Model& model, const ScaleMapping& mapping,
                          const std::vector<float>& scales) {
    const double one = model.tensors()[mapping.producer].adjust == Adjust::add_one ? 1 : 0;
    const std::vector<float> stored = vector_of(model, mapping.producer);
    FoldedNorm folded;
    std::vector<float>& values = folded.weight.values;
    values.resize(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) {
        values[i] = static_cast<float>(
            (static_cast<double>(stored[i]) + one) / static_cast<double>(scales[i]) - one);
    }
    round_as_stored(model, mapping.producer, values);
    folded.scales = scales;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const double before = static_cast<double>(stored[i]) + one;
        const double after = static_cast<double>(values[i]) + one;
        if (before == 0) {
            continue;  // the channel says nothing, whatever its scale
        }
        const double scale = before / after;
        if (!(scale > 0) || !std::isfinite(scale)) {
            values[i] = stored[i];
            folded.scales[i] = 1;
        } else {
            folded.scales[i] = static_cast<float>(scale);
        }
    }
    if (mapping.producer_bias) {
        folded.bias = fold_into_bias(model, mapping, folded.scales);
    }
    return folded;
}

std::vector<float> fold(const Model& model, const ScaleMapping& mapping,
                        const std::vector<float>& scales, std::optional<DType> kept,
                        Model::Changes& changes) {
    std::vector<float> moved = scales;
    if (mapping.norm) {
        FoldedNorm folded = fold_into_norm(model, mapping, scales);
        moved = std::move(folded.scales);
        changes[mapping.producer] = std::move(folded.weight);
        if (mapping.producer_bias) {
            changes[*mapping.producer_bias] = std::move(folded.bias);
        }
    } else {
        TensorChange& change = changes[mapping.producer];
        change.rows.assign(static_cast<std::size_t>(model.tensors()[mapping.producer].rows), 1.0F);
        std::copy(moved.begin(), moved.end(), change.rows.begin() + mapping.first_row);
        change.rounded = kept;
        if (mapping.producer_bias) {
            changes[*mapping.producer_bias] = fold_into_bias(model, mapping, moved);
        }
    }
    for (const std::size_t consumer : mapping.consumers) {
        changes[consumer].columns = moved;
    }
    return moved;
}

}  // namespace ql
