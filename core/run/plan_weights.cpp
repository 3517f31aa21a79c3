#include "core/run/plan_weights.h"

#include "core/base/hash.h"
#include "core/run/row_encoder.h"

namespace ql {

namespace {

/// Rows as a scheme leaves them.
class QuantizedRows final : public RowSource {
  public:
    QuantizedRows(std::unique_ptr<RowSource> original, const Scheme& scheme,
                  std::vector<float> importance, std::string name,
                  std::shared_ptr<const QuantizedTensor> rounded)
        : RowSource(original->rows(), original->cols()),
          original_(std::move(original)),
          importance_(std::move(importance), rows(), cols()),
          name_(std::move(name)),
          encoder_(scheme, *original_, importance_, {}, std::move(rounded)) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        std::vector<float> values(static_cast<std::size_t>(count * cols()));
        original_->read(first, count, values.data());
        std::vector<std::byte> bytes(static_cast<std::size_t>(count) *
                                     encoder_.grid().row_bytes(cols()));
        try {
            require_finite(values);
            encoder_.encode_and_decode(values, first, count, bytes.data(), out);
        } catch (const Error& error) {
            throw Error(error.code(), error.sentence(), name_);
        }
    }

    void release(std::int64_t first, std::int64_t count) const override {
        original_->release(first, count);
    }

  private:
    std::unique_ptr<RowSource> original_;
    MatrixImportance importance_;
    std::string name_;
    RowEncoder encoder_;
};

/// How each input is stored. Linears that read one tensor must agree, those that keep their type
/// included.
std::map<InputPlace, Activations> activations_of(const Model& model,
                                                 const std::vector<PlanEntry>& entries) {
    std::map<InputPlace, std::size_t> first;
    std::map<InputPlace, Activations> all;
    const auto of = [&](std::size_t t) {
        return entries[t].scheme ? entries[t].scheme->activations : std::nullopt;
    };
    for (std::size_t t = 0; t < entries.size(); ++t) {
        const auto place = input_place(model.tensors()[t]);
        if (!place) {
            continue;
        }
        const std::size_t other = first.emplace(*place, t).first->second;
        if (of(t) != of(other)) {
            throw Error(ErrorCode::usage,
                        Sentence(QL_TR("core",
                                       "{} and {} read the same activations, but the plan stores "
                                       "them in two ways: give both tensors the same @…."),
                                 model.tensors()[other].name, model.tensors()[t].name));
        }
        if (of(t)) {
            all[*place] = *of(t);
        }
    }
    return all;
}

}  // namespace

PlanWeights::PlanWeights(std::shared_ptr<const Model> model, const Plan& plan,
                         std::shared_ptr<const ImportanceMatrix> importance,
                         std::shared_ptr<const RoundedTensors> rounded,
                         std::shared_ptr<const InputLimits> limits)
    : model_(std::move(model)),
      importance_(std::move(importance)),
      rounded_(std::move(rounded)),
      limits_(std::move(limits)),
      entries_(resolve_plan(plan, *model_, importance_.get())),
      activations_(activations_of(*model_, entries_)),
      stored_activations_(kept_activations(*model_, entries_)) {
    if (plan.folds() || (plan.uses_gptq() && rounded_ == nullptr) ||
        (plan.fixes_activations() && limits_ == nullptr)) {
        throw Error(ErrorCode::usage, needs_calibration());
    }
}

std::unique_ptr<RowSource> PlanWeights::rows(const ModelTensor& tensor) const {
    const auto index = static_cast<std::size_t>(&tensor - model_->tensors().data());
    const std::optional<Scheme>& scheme = entries_[index].scheme;
    if (!scheme || is_copied(*model_, tensor, *scheme)) {
        return model_->rows(tensor);
    }
    return std::make_unique<QuantizedRows>(model_->rows(tensor), *scheme,
                                           importance_of(tensor, importance_.get()), tensor.name,
                                           rounded_tensor(rounded_.get(), index, entries_[index]));
}

std::unique_ptr<RowSource> PlanWeights::original_rows(const ModelTensor& tensor) const {
    const TensorChange* change = model_->change_of(tensor);
    return change == nullptr ? rows(tensor) : restored_rows(rows(tensor), *change);
}

const std::vector<float>* PlanWeights::input_scales(int layer, InputSite site) const {
    for (const auto& [index, change] : model_->changes()) {
        const ModelTensor& tensor = model_->tensors()[index];
        if (input_place(tensor) == InputPlace{layer, site} && !change.columns.empty()) {
            return &change.columns;  // linears of one site share them
        }
    }
    return nullptr;
}

std::optional<Activations> PlanWeights::activations(int layer, InputSite site) const {
    const auto found = activations_.find({layer, site});
    return found != activations_.end() ? std::optional(found->second)
                                       : stored_activations_.at(layer, site);
}

float PlanWeights::activation_scale(int layer, InputSite site) const {
    const auto found = activations_.find({layer, site});
    if (found == activations_.end()) {
        return stored_activations_.scale(layer, site);
    }
    const bool fixed = found->second.scaling == Activations::Scaling::fixed;
    return fixed ? found->second.scale_reaching(limits_->at({layer, site})) : 0;
}

std::uint64_t PlanWeights::fingerprint() const {
    std::string all;
    const auto add = [&](std::string_view name, const auto& values) {
        all += fmt::format("{} {:x} ", name,
                           hash_bytes(values.data(), values.size() * sizeof(values.front())));
    };
    if (importance_ != nullptr) {
        for (const auto& [name, entry] : importance_->entries) {
            add(name, entry.sums);
            add(name, entry.counts);
        }
    }
    for (const auto& [index, change] : model_->changes()) {
        for (const auto* values : {&change.values, &change.columns, &change.rows, &change.bounds}) {
            add(model_->tensors()[index].name, *values);
        }
    }
    if (limits_ != nullptr) {
        for (const auto& [place, limit] : *limits_) {
            add(fmt::format("input {}.{}", place.layer, static_cast<int>(place.site)),
                std::vector{limit});
        }
    }
    if (const std::uint64_t stored = stored_activations_.fingerprint(); stored != 0) {
        add("activations", std::vector{stored});
    }
    if (rounded_ != nullptr) {
        for (const auto& [index, rounded] : *rounded_) {
            add(model_->tensors()[index].name, rounded.tensor->bytes);
        }
    }
    return all.empty() ? 0 : hash_bytes(all.data(), all.size());
}

}  // namespace ql
