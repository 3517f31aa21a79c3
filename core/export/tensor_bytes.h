// The bytes of a tensor as they go into an export, a piece of rows at a time. Only for core/export.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/export/gguf_export.h"
#include "core/files/checkpoint.h"
#include "core/tensor/row_source.h"

namespace ql {

/// Where the rows of an exported tensor come from. Safe to use from several threads.
class TensorBytes {
  public:
    TensorBytes(std::int64_t rows, std::int64_t cols) : rows_(rows), cols_(cols) {}
    virtual ~TensorBytes() = default;

    std::int64_t rows() const { return rows_; }
    std::int64_t cols() const { return cols_; }

    /// The bytes of rows [first, first + hashes.size()), and the hash of each row as it decodes
    /// from them. Throws Error(bad_data) if a decoded value is not finite.
    virtual std::vector<std::byte> read(std::int64_t first,
                                        std::span<std::uint64_t> hashes) const = 0;

    /// Tells that these rows will not be read again.
    virtual void release(std::int64_t /*first*/, std::int64_t /*count*/) const {}

  private:
    std::int64_t rows_;
    std::int64_t cols_;
};

/// What GPTQ made of a tensor, rows in `order`; null if its entry has no GPTQ. Throws Error(usage)
/// if it has, and `all` is null or lacks the tensor.
std::shared_ptr<const QuantizedTensor> rounded_rows(const Model& model, std::size_t tensor,
                                                    const PlanEntry& entry,
                                                    const RoundedTensors* all, RowOrder order);

/// The rows of a tensor of a checkpoint as they lie there.
std::unique_ptr<TensorBytes> copied_tensor(const Checkpoint& checkpoint,
                                           const StoredTensor& stored);

/// Rows of a type that values are merely rounded to: f32, f16 or bf16.
std::unique_ptr<TensorBytes> converted_tensor(std::unique_ptr<RowSource> source, DType dtype);

/// A GGUF tensor: rows are copied as they are stored where type and order stay the same, encoded
/// otherwise. `plan` tells the importance, and what GPTQ has rounded.
std::unique_ptr<TensorBytes> make_tensor_bytes(const Model& model, const GgufExportTensor& tensor,
                                               const GgufExport& plan, const Progress& progress);

}  // namespace ql
