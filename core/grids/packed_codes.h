// The tensors of codes and parameters of each family of layouts. Only for packed_matrix.cpp.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/grids/packed_matrix.h"

namespace ql {

using PackedBytes = std::span<const std::span<std::byte>>;
using StoredParts = std::span<const std::span<const std::byte>>;

/// What PackedMatrix does for one family of layouts; see there.
class PackedCodes {
  public:
    virtual ~PackedCodes() = default;

    virtual std::vector<PackedPart> parts() const = 0;
    virtual void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
                      PackedBytes parts) const = 0;
    virtual TensorParams params(StoredParts parts) const = 0;
    virtual void unpack(StoredParts parts, std::int64_t first, std::int64_t count,
                        std::byte* out) const = 0;
};

/// Integers in words: GPTQ's, AWQ's and pack_quantized. Preconditions as of PackedMatrix.
std::unique_ptr<PackedCodes> make_packed_words(PackedLayout layout, const IntegerGrid& grid,
                                               std::int64_t rows, std::int64_t cols);
/// A byte for each weight: int_quantized, float_quantized and fp8.
std::unique_ptr<PackedCodes> make_packed_bytes(const PackedFormat& format, std::int64_t rows,
                                               std::int64_t cols);

}  // namespace ql
