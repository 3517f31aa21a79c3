#include "core/export/tensor_bytes.h"

#include "core/export/stored_values.h"
#include "core/model/resolve_plan.h"
#include "core/model/tensor_rows.h"
#include "core/run/row_encoder.h"
#include "core/tensor/convert.h"

namespace ql {

namespace {

class CopiedTensor final : public TensorBytes {
  public:
    CopiedTensor(const Checkpoint& checkpoint, const StoredTensor& stored, const MatrixShape& shape)
        : TensorBytes(shape.rows, shape.cols),
          checkpoint_(checkpoint),
          stored_(stored),
          row_bytes_(shape.rows == 0 ? 0 : stored.bytes / static_cast<std::uint64_t>(shape.rows)) {}

    std::vector<std::byte> read(std::int64_t first,
                                std::span<std::uint64_t> hashes) const override {
        const auto bytes = checkpoint_.bytes(
            stored_, static_cast<std::uint64_t>(first) * row_bytes_, hashes.size() * row_bytes_);
        const std::size_t bad = hash_stored_rows(stored_.dtype, bytes, cols(), hashes);
        if (bad > 0) {
            throw Error(ErrorCode::bad_data,
                        Sentence(QL_TR("core",
                                       "The tensor holds NaN or infinite values ({} found so "
                                       "far)."),
                                 bad));
        }
        return {bytes.begin(), bytes.end()};
    }

    void release(std::int64_t first, std::int64_t count) const override {
        checkpoint_.release(stored_, static_cast<std::uint64_t>(first) * row_bytes_,
                            static_cast<std::uint64_t>(count) * row_bytes_);
    }

  private:
    const Checkpoint& checkpoint_;
    const StoredTensor& stored_;
    std::uint64_t row_bytes_;
};

class EncodedTensor final : public TensorBytes {
  public:
    EncodedTensor(std::unique_ptr<RowSource> source, const Scheme& scheme,
                  std::vector<float> importance, std::shared_ptr<const QuantizedTensor> rounded,
                  const Progress& progress)
        : TensorBytes(source->rows(), source->cols()),
          source_(std::move(source)),
          importance_(std::move(importance), rows(), cols()),
          encoder_(scheme, *source_, importance_, progress, std::move(rounded)) {}

    std::vector<std::byte> read(std::int64_t first,
                                std::span<std::uint64_t> hashes) const override {
        const auto count = static_cast<std::int64_t>(hashes.size());
        std::vector<float> weights(hashes.size() * static_cast<std::size_t>(cols()));
        source_->read(first, count, weights.data());
        require_finite(weights);
        std::vector<float> decoded(weights.size());
        std::vector<std::byte> bytes(hashes.size() * encoder_.grid().row_bytes(cols()));
        encoder_.encode_and_decode(weights, first, count, bytes.data(), decoded.data());
        hash_rows(std::span<const float>(decoded), hashes);
        return bytes;
    }

    void release(std::int64_t first, std::int64_t count) const override {
        source_->release(first, count);
    }

  private:
    std::unique_ptr<RowSource> source_;
    MatrixImportance importance_;
    RowEncoder encoder_;
};

class ConvertedTensor final : public TensorBytes {
  public:
    ConvertedTensor(std::unique_ptr<RowSource> source, DType dtype)
        : TensorBytes(source->rows(), source->cols()), source_(std::move(source)), dtype_(dtype) {}

    std::vector<std::byte> read(std::int64_t first,
                                std::span<std::uint64_t> hashes) const override {
        std::vector<float> values(hashes.size() * static_cast<std::size_t>(cols()));
        source_->read(first, static_cast<std::int64_t>(hashes.size()), values.data());
        round_to(dtype_, values.data(), values.size());
        require_finite(values);
        hash_rows(std::span<const float>(values), hashes);
        std::vector<std::byte> bytes(values.size() * traits(dtype_).block_bytes);
        narrow(dtype_, values.data(), values.size(), bytes.data());
        return bytes;
    }

    void release(std::int64_t first, std::int64_t count) const override {
        source_->release(first, count);
    }

  private:
    std::unique_ptr<RowSource> source_;
    DType dtype_;
};

class ComputedTensor final : public TensorBytes {
  public:
    explicit ComputedTensor(const std::vector<float>& values)
        : TensorBytes(1, static_cast<std::int64_t>(values.size())), values_(values) {}

    std::vector<std::byte> read(std::int64_t /*first*/,
                                std::span<std::uint64_t> hashes) const override {
        require_finite(values_);
        hash_rows(std::span<const float>(values_), hashes);
        const auto bytes = std::as_bytes(std::span(values_));
        return {bytes.begin(), bytes.end()};
    }

  private:
    const std::vector<float>& values_;
};

}  // namespace

std::shared_ptr<const QuantizedTensor> rounded_rows(const Model& model, std::size_t tensor,
                                                    const PlanEntry& entry,
                                                    const RoundedTensors* all, RowOrder order) {
    const auto rounded = rounded_tensor(all, tensor, entry);
    const ModelTensor& source = model.tensors()[tensor];
    if (rounded == nullptr || stored_row(model, source, order, 1) == 1) {
        return rounded;
    }
    auto ordered = std::make_shared<QuantizedTensor>(*rounded);
    const std::size_t row_bytes = rounded->grid->row_bytes(rounded->cols);
    for (std::int64_t row = 0; row < rounded->rows; ++row) {
        const auto from = static_cast<std::size_t>(stored_row(model, source, order, row));
        std::copy_n(rounded->bytes.data() + from * row_bytes, row_bytes,
                    ordered->bytes.data() + static_cast<std::size_t>(row) * row_bytes);
    }
    return ordered;
}

std::unique_ptr<TensorBytes> copied_tensor(const Checkpoint& checkpoint,
                                           const StoredTensor& stored) {
    return std::make_unique<CopiedTensor>(checkpoint, stored, MatrixShape(stored.shape));
}

std::unique_ptr<TensorBytes> converted_tensor(std::unique_ptr<RowSource> source, DType dtype) {
    return std::make_unique<ConvertedTensor>(std::move(source), dtype);
}

std::unique_ptr<TensorBytes> make_tensor_bytes(const Model& model, const GgufExportTensor& tensor,
                                               const GgufExport& plan, const Progress& progress) {
    if (tensor.tensor == GgufExportTensor::kComputed) {
        return std::make_unique<ComputedTensor>(tensor.values);
    }
    const ModelTensor& source = model.tensors()[tensor.tensor];
    if (tensor.dtype == source.dtype && source.packed == nullptr && source.adjust == Adjust::none &&
        model.change_of(source) == nullptr) {
        return copied_tensor(model.checkpoint(), model.checkpoint().tensors()[source.stored]);
    }
    // A tensor that no scheme covers is converted to a plain type.
    const Scheme scheme = tensor.entry.scheme.value_or(Scheme{.grid = StorageGrid{tensor.dtype}});
    return std::make_unique<EncodedTensor>(
        model.rows(source, RowOrder::gguf), scheme, importance_of(source, plan.importance.get()),
        rounded_rows(model, tensor.tensor, tensor.entry, plan.rounded.get(), RowOrder::gguf),
        progress);
}

}  // namespace ql
