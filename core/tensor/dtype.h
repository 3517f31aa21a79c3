// core/tensor: how numbers are stored (dtypes), shapes, conversions to and from float, and rows of
// a matrix as a stream. It knows no file and no model.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ql {

/// Every storage type of safetensors and ggml. One enum, because a model's tensors may be any.
enum class DType : std::uint8_t {
    f64,
    f32,
    f16,
    bf16,
    f8_e4m3,
    f8_e5m2,
    f8_e8m0,
    f8_e4m3fnuz,
    f8_e5m2fnuz,
    f6_e2m3,
    f6_e3m2,
    f4,
    c64,
    i64,
    u64,
    i32,
    u32,
    i16,
    u16,
    i8,
    u8,
    boolean,
    q4_0,
    q4_1,
    q5_0,
    q5_1,
    q8_0,
    q8_1,
    q2_k,
    q3_k,
    q4_k,
    q5_k,
    q6_k,
    q8_k,
    iq2_xxs,
    iq2_xs,
    iq3_xxs,
    iq1_s,
    iq4_nl,
    iq3_s,
    iq2_s,
    iq4_xs,
    iq1_m,
    tq1_0,
    tq2_0,
    mxfp4,
    nvfp4,
    q1_0,
    q2_0,
};

/// The facts of a storage type. Values are stored in blocks of `block_values` along a row.
struct DTypeTraits {
    DType dtype;
    std::string_view name;         ///< "Q4_0", "BF16": as people write it
    std::uint32_t block_values;    ///< values in a block (1 for plain types)
    std::uint32_t block_bytes;     ///< bytes of a block
    int ggml_id;                   ///< number in a GGUF file, -1 if there is none
    std::string_view safetensors;  ///< name in a safetensors file, empty if there is none
};

const DTypeTraits& traits(DType dtype);
std::span<const DTypeTraits> all_dtypes();

inline std::string_view name(DType dtype) { return traits(dtype).name; }

/// Bits that a value takes, block parameters included.
double bits_per_value(DType dtype);

std::optional<DType> dtype_from_ggml(std::uint32_t id);
std::optional<DType> dtype_from_safetensors(std::string_view name);

/// Bytes of `values` values, or nothing if they are not whole blocks or do not fit 64 bits.
std::optional<std::uint64_t> storage_bytes(DType dtype, std::uint64_t values);

/// Outermost dimension first, as in safetensors and PyTorch: a weight is [out, in].
using Shape = std::vector<std::int64_t>;

/// Product of the dimensions (1 for a scalar), or nothing when it does not fit a positive int64.
/// Every dimension must be >= 0.
std::optional<std::uint64_t> element_count(const Shape& shape);

/// "4096 × 256"; "scalar" for an empty shape.
std::string to_string(const Shape& shape);

}  // namespace ql
