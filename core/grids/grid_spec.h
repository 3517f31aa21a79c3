// core/grids: which values can be stored, and how a block of weights is put onto them. One class
// per family of grids, a table of grids, and the text form of a grid. A grid knows rows of floats
// and rows of bytes; it knows no model and no file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/parse_error.h"
#include "core/tensor/dtype.h"

namespace ql {

/// A storage type as it is: f32 f16 bf16, or a ggml block format (q4_0 ...).
struct StorageGrid {
    DType dtype = DType::q4_0;
    bool operator==(const StorageGrid&) const = default;
};

enum class Symmetry {
    symmetric,   ///< s = 2a/(2^b - 1), codes -2^(b-1) .. 2^(b-1)-1: GPTQ, compressed-tensors
    narrow,      ///< s = a/(2^(b-1) - 1), codes -(2^(b-1)-1) .. 2^(b-1)-1: AWQ, SmoothQuant
    asymmetric,  ///< s = (hi - lo)/(2^b - 1) with lo <= 0 <= hi, integer zero point
};

enum class Granularity { tensor, channel, group };

/// Bits of integer and textbook grids, and columns of a group.
inline constexpr int kMinGridBits = 2;
inline constexpr int kMaxGridBits = 8;
inline constexpr int kMaxGroup = 1 << 20;

/// Plain integers with a scale (and zero point) for a tensor, a row, or a group of columns in a
/// row.
struct IntegerGrid {
    int bits = 4;  ///< 2..8
    Granularity granularity = Granularity::group;
    int group = 128;  ///< columns that share a scale; 0 unless granularity is group
    Symmetry symmetry = Symmetry::symmetric;
    DType scale =
        DType::f16;  ///< f16, bf16 or f32: scales are rounded to it before codes are chosen
    bool operator==(const IntegerGrid&) const = default;
};

enum class TextbookKind { symmetric, asymmetric, q4_0 };

/// The survey's simplified code, to show what each simplification costs: a dense float result that
/// no runtime stores. Per tensor (symmetric, asymmetric) or per block of 32 (q4_0: scale max/7).
struct TextbookGrid {
    TextbookKind kind = TextbookKind::symmetric;
    int bits = 8;  ///< 2..8; 4 for q4_0
    bool operator==(const TextbookGrid&) const = default;
};

/// Which weights share the scale of an FP8 grid; blocks are those of tensor_params.h.
enum class Fp8Scaling { tensor, channel, block };

/// 8-bit floats (OCP FP8) with a scale of float32.
struct Fp8Grid {
    DType dtype = DType::f8_e4m3;  ///< or f8_e5m2
    Fp8Scaling scaling = Fp8Scaling::channel;
    bool operator==(const Fp8Grid&) const = default;
};

using GridSpec = std::variant<StorageGrid, IntegerGrid, TextbookGrid, Fp8Grid>;

/// The canonical text: "q4_0", "bf16", "int4:g128:asym", "int4:g128:sym",
/// "int8:channel:narrow:f32", "fp8_e4m3:block", "textbook_sym8", "textbook_asym4", "textbook_q4_0".
/// Scales of f16 are not mentioned.
std::string format(const GridSpec& spec);

/// The grid that `text` names; parameters that are left out take IntegerGrid's defaults, a missing
/// granularity is per channel. Throws ParseError pointing at the first wrong character;
/// `offset` is added to positions (the grid stands inside a longer scheme text).
GridSpec parse_grid(std::string_view text, std::size_t offset = 0);

/// The storage types that can be encoded, in the order in which they are offered.
std::vector<DType> encodable_dtypes();

}  // namespace ql
