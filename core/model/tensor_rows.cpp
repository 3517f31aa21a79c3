#include "core/model/tensor_rows.h"

#include <utility>

#include "core/grids/grid.h"
#include "core/grids/integer_codec.h"

namespace ql {

namespace {

/// Rows as they lie in the file.
class StoredRows : public RowSource {
  public:
    StoredRows(std::shared_ptr<const Model> model, const ModelTensor& tensor)
        : RowSource(tensor.rows, tensor.cols),
          model_(std::move(model)),
          stored_(model_->checkpoint().tensors()[tensor.stored]),
          row_bytes_(tensor.rows == 0 ? 0
                                      : stored_.bytes / static_cast<std::uint64_t>(tensor.rows)) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        const std::span<const std::byte> bytes =
            model_->checkpoint().bytes(stored_, offset(first), offset(count));
        decode_values(stored_.dtype, bytes.data(), static_cast<std::size_t>(count * cols()), out);
    }

    void release(std::int64_t first, std::int64_t count) const override {
        model_->checkpoint().release(stored_, offset(first), offset(count));
    }

  private:
    std::uint64_t offset(std::int64_t rows) const {
        return static_cast<std::uint64_t>(rows) * row_bytes_;
    }

    std::shared_ptr<const Model> model_;
    const StoredTensor& stored_;
    std::uint64_t row_bytes_;
};

/// Rows of a matrix that lies in several tensors.
class PackedRows final : public RowSource {
  public:
    PackedRows(std::shared_ptr<const Model> model, const PackedTensor& packed)
        : RowSource(packed.rows, packed.cols),
          model_(std::move(model)),
          packed_(packed),
          matrix_(packed.format, packed.rows, packed.cols),
          params_(matrix_.params(parts())) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        const Grid& grid = *matrix_.grid();
        std::vector<std::byte> encoded(static_cast<std::size_t>(count) * grid.row_bytes(cols()));
        matrix_.unpack(parts(), first, count, encoded.data());
        if (packed_.columns.empty()) {
            grid.decode(encoded.data(), count, cols(), params_, out);
            return;
        }
        const IntegerCodec codec(std::get<IntegerGrid>(packed_.format.grid));
        for (std::int64_t row = 0; row < count; ++row) {
            decode_scattered(
                codec, encoded.data() + static_cast<std::size_t>(row) * grid.row_bytes(cols()),
                out + row * cols());
        }
    }

    // Words of many rows lie side by side, so pages go when the last rows do.
    void release(std::int64_t first, std::int64_t count) const override {
        if (first + count == rows()) {
            for (const std::size_t part : packed_.parts) {
                const StoredTensor& stored = model_->checkpoint().tensors()[part];
                model_->checkpoint().release(stored, 0, stored.bytes);
            }
        }
    }

  private:
    /// Asked for anew each time: the file may have become shorter.
    std::vector<std::span<const std::byte>> parts() const {
        const Checkpoint& checkpoint = model_->checkpoint();
        std::vector<std::span<const std::byte>> parts;
        for (const std::size_t part : packed_.parts) {
            parts.push_back(checkpoint.bytes(checkpoint.tensors()[part]));
        }
        return parts;
    }

    /// A row whose groups are not made of neighbours.
    void decode_scattered(const IntegerCodec& codec, const std::byte* encoded, float* out) const {
        IntegerRow row;
        codec.unpack(encoded, cols(), params_, row);
        const auto size = static_cast<std::size_t>(codec.group_size(cols()));
        for (std::size_t i = 0; i < packed_.columns.size(); ++i) {
            const auto col = static_cast<std::size_t>(packed_.columns[i]);
            const int level = row.codes[col] - row.zeros[i / size];
            out[col] = row.scales[i / size] * static_cast<float>(level);
        }
    }

    std::shared_ptr<const Model> model_;
    const PackedTensor& packed_;
    PackedMatrix matrix_;
    TensorParams params_;
};

/// The rows of a matrix that is stored [in, out]: its columns.
class TransposedRows final : public RowSource {
  public:
    TransposedRows(std::shared_ptr<const Model> model, const ModelTensor& tensor)
        : RowSource(tensor.rows, tensor.cols),
          model_(std::move(model)),
          stored_(model_->checkpoint().tensors()[tensor.stored]) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        const std::uint64_t value_bytes = traits(stored_.dtype).block_bytes;
        std::vector<float> strip(static_cast<std::size_t>(count));
        for (std::int64_t col = 0; col < cols(); ++col) {
            const auto begin = static_cast<std::uint64_t>(col * rows() + first) * value_bytes;
            const std::span<const std::byte> bytes = model_->checkpoint().bytes(
                stored_, begin, static_cast<std::uint64_t>(count) * value_bytes);
            decode_values(stored_.dtype, bytes.data(), strip.size(), strip.data());
            for (std::int64_t row = 0; row < count; ++row) {
                out[row * cols() + col] = strip[static_cast<std::size_t>(row)];
            }
        }
    }

    // Every read touches the whole file range of the tensor, so pages go when the last rows do.
    void release(std::int64_t first, std::int64_t count) const override {
        if (first + count == rows()) {
            model_->checkpoint().release(stored_, 0, stored_.bytes);
        }
    }

  private:
    std::shared_ptr<const Model> model_;
    const StoredTensor& stored_;
};

std::int64_t head_dim_of(const Model& model) {
    return model.hyperparameters() ? static_cast<std::int64_t>(model.hyperparameters()->head_dim)
                                   : 0;
}

/// Where the source of an interleaved row, or value of a bias, stands.
std::int64_t halves_row(std::int64_t row, std::int64_t head_dim) {
    const std::int64_t inside = row % head_dim;
    return row - inside + inside % 2 * (head_dim / 2) + inside / 2;
}

/// The opposite.
std::int64_t interleaved_row(std::int64_t row, std::int64_t head_dim) {
    const std::int64_t inside = row % head_dim;
    return row - inside + inside % (head_dim / 2) * 2 + inside / (head_dim / 2);
}

/// Where a row, or a value of a bias, stands in another order.
using RowPlace = std::int64_t (*)(std::int64_t row, std::int64_t head_dim);

/// Rows of every head from halves to neighbouring pairs, with halves_row: row (head, 2i + s) of the
/// result is row (head, s * d/2 + i) of the source, s in {0, 1}. Or back, with interleaved_row.
class ReorderedRows final : public RowSource {
  public:
    ReorderedRows(std::unique_ptr<RowSource> source, std::int64_t head_dim, RowPlace place)
        : RowSource(source->rows(), source->cols()),
          source_(std::move(source)),
          head_dim_(head_dim),
          place_(place) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        for (std::int64_t row = 0; row < count; ++row) {
            source_->read(place_(first + row, head_dim_), 1, out + row * cols());
        }
    }

    void release(std::int64_t first, std::int64_t count) const override {
        // Whole heads are done once their last row was; the neighbours stay mapped until then.
        const std::int64_t begin = first / head_dim_ * head_dim_;
        const std::int64_t end = (first + count) / head_dim_ * head_dim_;
        if (end > begin) {
            source_->release(begin, end - begin);
        }
    }

  private:
    std::unique_ptr<RowSource> source_;
    std::int64_t head_dim_;
    RowPlace place_;
};

/// A bias of permuted rows is one row whose values move.
class ReorderedBias final : public RowSource {
  public:
    ReorderedBias(std::unique_ptr<RowSource> source, std::int64_t head_dim, RowPlace place)
        : RowSource(1, source->cols()),
          source_(std::move(source)),
          head_dim_(head_dim),
          place_(place) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        std::vector<float> values(static_cast<std::size_t>(count * cols()));
        source_->read(first, count, values.data());
        for (std::int64_t i = 0; i < cols(); ++i) {
            out[i] = values[static_cast<std::size_t>(place_(i, head_dim_))];
        }
    }

  private:
    std::unique_ptr<RowSource> source_;
    std::int64_t head_dim_;
    RowPlace place_;
};

/// Norms with or without the 1 that gemma leaves out.
class ShiftedRows final : public RowSource {
  public:
    ShiftedRows(std::unique_ptr<RowSource> source, float shift)
        : RowSource(source->rows(), source->cols()), source_(std::move(source)), shift_(shift) {}

    void read(std::int64_t first, std::int64_t count, float* out) const override {
        source_->read(first, count, out);
        for (std::int64_t i = 0; i < count * cols(); ++i) {
            out[i] += shift_;
        }
    }

  private:
    std::unique_ptr<RowSource> source_;
    float shift_;
};

/// What happens to a tensor between the two forms, whichever the model has.
Adjust adjust_between_forms(const Model& model, const ModelTensor& tensor) {
    if (model.checkpoint().format() != CheckpointFormat::gguf || model.architecture() == nullptr) {
        return tensor.adjust;
    }
    const TensorRule* rule = identify_gguf(*model.architecture(), tensor.name).rule;
    return rule == nullptr || (tensor.bias && rule->adjust == Adjust::add_one) ? Adjust::none
                                                                               : rule->adjust;
}

/// Whether rows have the order already.
bool has_order(const Model& model, RowOrder order) {
    const bool gguf = model.checkpoint().format() == CheckpointFormat::gguf;
    return order == RowOrder::stored || gguf == (order == RowOrder::gguf);
}

}  // namespace

std::unique_ptr<RowSource> in_order(std::unique_ptr<RowSource> rows, const Model& model,
                                    const ModelTensor& tensor, RowOrder order) {
    if (has_order(model, order)) {
        return rows;
    }
    const bool to_gguf = order == RowOrder::gguf;
    switch (adjust_between_forms(model, tensor)) {
        case Adjust::permute_q:
        case Adjust::permute_k: {
            const RowPlace place = to_gguf ? halves_row : interleaved_row;
            if (tensor.bias) {
                return std::make_unique<ReorderedBias>(std::move(rows), head_dim_of(model), place);
            }
            return std::make_unique<ReorderedRows>(std::move(rows), head_dim_of(model), place);
        }
        case Adjust::add_one:
            return std::make_unique<ShiftedRows>(std::move(rows), to_gguf ? 1.0F : -1.0F);
        case Adjust::none:
        case Adjust::transpose:
            break;
    }
    return rows;
}

std::unique_ptr<RowSource> make_tensor_rows(std::shared_ptr<const Model> model,
                                            const ModelTensor& tensor, RowOrder order) {
    if (!can_decode(tensor.dtype)) {
        throw Error(
            ErrorCode::unsupported,
            Sentence(QL_TR("core", "The stored type {} cannot be decoded."), name(tensor.dtype)),
            tensor.name);
    }
    const TensorChange* change = model->change_of(tensor);
    std::unique_ptr<RowSource> rows;
    if (tensor.packed != nullptr) {
        rows = std::make_unique<PackedRows>(model, *tensor.packed);
    } else if (tensor.adjust == Adjust::transpose) {
        rows = std::make_unique<TransposedRows>(model, tensor);
    } else {
        rows = std::make_unique<StoredRows>(model, tensor);
    }
    if (change != nullptr) {
        rows = changed_rows(std::move(rows), *change);
    }
    return in_order(std::move(rows), *model, tensor, order);
}

std::int64_t stored_row(const Model& model, const ModelTensor& tensor, RowOrder order,
                        std::int64_t row) {
    const Adjust adjust = adjust_between_forms(model, tensor);
    if (has_order(model, order) || (adjust != Adjust::permute_q && adjust != Adjust::permute_k)) {
        return row;
    }
    return order == RowOrder::gguf ? halves_row(row, head_dim_of(model))
                                   : interleaved_row(row, head_dim_of(model));
}

}  // namespace ql
