#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/grids/grid.h"

namespace ql {

/// How other programs lay a quantized matrix out in several tensors of a safetensors file.
enum class PackedLayout {
    gptq,             ///< GPTQModel, AutoGPTQ: zero points are stored less 1
    gptq_v2,          ///< the same with zero points as they are
    awq,              ///< AutoAWQ's "GEMM"
    pack_quantized,   ///< compressed-tensors, integers of 4 or 8 bits in words
    int_quantized,    ///< compressed-tensors, a signed byte for each weight
    float_quantized,  ///< compressed-tensors, FP8
    fp8,              ///< DeepSeek's blocks: as float_quantized, but the scales' name
};

/// One of the tensors: its name is that of the linear, a dot, and this one's.
struct PackedPart {
    std::string_view name;
    DType dtype = DType::i32;
    Shape shape;
};

/// What a packed matrix holds: a grid's codes and parameters, nothing else.
struct PackedFormat {
    PackedLayout layout = PackedLayout::pack_quantized;
    GridSpec grid = IntegerGrid{};
    /// The type of the scales beside an FP8 grid's codes, which it has in float32: f32, f16 or
    /// bf16.
    DType fp8_scale = DType::f32;
    bool operator==(const PackedFormat&) const = default;
};

class PackedCodes;

/// Puts encoded rows into the tensors of a layout, and takes them out again: exact inverses, but
/// that the codes of narrow grids come back as those of symmetric ones. Facts and worked examples
/// of all layouts stand in tests/core/grids/test_packed_matrix.cpp. Immutable; safe from several
/// threads.
class PackedMatrix {
  public:
    /// Rows that may share a word of zero points are a part of it, and so are those whose codes lie
    /// in one cache line: rows are packed in bands that begin at multiples.
    static constexpr std::int64_t kBand = 128;

    /// Precondition: !refuses() of the same.
    PackedMatrix(const PackedFormat& format, std::int64_t rows, std::int64_t cols);
    ~PackedMatrix();

    /// Why the layout cannot hold a matrix of this shape and grid; nothing if it can.
    static std::optional<Sentence> refuses(const PackedFormat& format, std::int64_t rows,
                                           std::int64_t cols);

    const PackedFormat& format() const { return format_; }
    const std::shared_ptr<const Grid>& grid() const { return grid_; }
    std::int64_t rows() const { return rows_; }
    std::int64_t cols() const { return cols_; }
    const std::vector<PackedPart>& parts() const { return parts_; }
    std::uint64_t part_bytes(std::size_t part) const;

    /// Packs rows [first, first + count) of `tensor` into `parts`, which are whole, in the order of
    /// parts(), and all 0 before the first call. `first` begins a band, and only the last rows may
    /// be fewer than whole bands: other bands may then be packed at the same time.
    void pack(const QuantizedTensor& tensor, std::int64_t first, std::int64_t count,
              std::span<const std::span<std::byte>> parts) const;

    /// What all rows share, of a matrix that is packed so.
    TensorParams params(std::span<const std::span<const std::byte>> parts) const;
    /// The encoded rows [first, first + count), count * grid()->row_bytes(cols()) bytes. Any
    /// content of the parts is accepted; decoded values may then be NaN or infinite.
    void unpack(std::span<const std::span<const std::byte>> parts, std::int64_t first,
                std::int64_t count, std::byte* out) const;

  private:
    PackedFormat format_;
    std::shared_ptr<const Grid> grid_;
    std::int64_t rows_;
    std::int64_t cols_;
    std::unique_ptr<const PackedCodes> codes_;
    std::vector<PackedPart> parts_;
};

}  // namespace ql
