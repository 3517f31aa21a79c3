#include "core/run/plan_weights.h"

#include "core/base/hash.h"
#include "core/run/row_encoder.h"

namespace ql {

namespace {

/// Rows as a scheme leaves them.
class QuantizedRows final : public RowSource {
  public:
    QuantizedRows(std::unique_ptr<RowSource> original, const Scheme& scheme,
                  std::vector<float> importance, std::string name)
        : RowSource(original->rows(), original->cols()),
          original_(std::move(original)),
          importance_(std::move(importance), rows(), cols()),
          name_(std::move(name)),
          encoder_(scheme, *original_, importance_) {}

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

}  // namespace

PlanWeights::PlanWeights(std::shared_ptr<const Model> model, const Plan& plan,
                         std::shared_ptr<const ImportanceMatrix> importance)
    : model_(std::move(model)),
      importance_(std::move(importance)),
      entries_(resolve_plan(plan, *model_, importance_.get())) {}

std::unique_ptr<RowSource> PlanWeights::rows(const ModelTensor& tensor) const {
    const auto index = static_cast<std::size_t>(&tensor - model_->tensors().data());
    const std::optional<Scheme>& scheme = entries_[index].scheme;
    if (!scheme || is_copied(tensor, *scheme)) {
        return model_->rows(tensor);
    }
    return std::make_unique<QuantizedRows>(model_->rows(tensor), *scheme,
                                           importance_of(tensor, importance_.get()), tensor.name);
}

std::uint64_t PlanWeights::fingerprint() const {
    if (importance_ == nullptr) {
        return 0;
    }
    std::string all;
    for (const auto& [name, entry] : importance_->entries) {
        all += name;
        for (const std::vector<float>* values : {&entry.sums, &entry.counts}) {
            all += fmt::format(" {:x}", hash_bytes(values->data(), values->size() * sizeof(float)));
        }
    }
    return hash_bytes(all.data(), all.size());
}

}  // namespace ql
