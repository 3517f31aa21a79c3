#include "core/tensor/dtype.h"

#include <array>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/checked.h"

namespace ql {

namespace {

// In the order of the enum; a test checks that. Block sizes and ids: the GGUF format notes.
constexpr std::array kTraits = {
    DTypeTraits{DType::f64, "F64", 1, 8, 28, "F64"},
    DTypeTraits{DType::f32, "F32", 1, 4, 0, "F32"},
    DTypeTraits{DType::f16, "F16", 1, 2, 1, "F16"},
    DTypeTraits{DType::bf16, "BF16", 1, 2, 30, "BF16"},
    DTypeTraits{DType::f8_e4m3, "F8_E4M3", 1, 1, -1, "F8_E4M3"},
    DTypeTraits{DType::f8_e5m2, "F8_E5M2", 1, 1, -1, "F8_E5M2"},
    DTypeTraits{DType::f8_e8m0, "F8_E8M0", 1, 1, -1, "F8_E8M0"},
    DTypeTraits{DType::f8_e4m3fnuz, "F8_E4M3FNUZ", 1, 1, -1, "F8_E4M3FNUZ"},
    DTypeTraits{DType::f8_e5m2fnuz, "F8_E5M2FNUZ", 1, 1, -1, "F8_E5M2FNUZ"},
    DTypeTraits{DType::f6_e2m3, "F6_E2M3", 4, 3, -1, "F6_E2M3"},
    DTypeTraits{DType::f6_e3m2, "F6_E3M2", 4, 3, -1, "F6_E3M2"},
    DTypeTraits{DType::f4, "F4", 2, 1, -1, "F4"},
    DTypeTraits{DType::c64, "C64", 1, 8, -1, "C64"},
    DTypeTraits{DType::i64, "I64", 1, 8, 27, "I64"},
    DTypeTraits{DType::u64, "U64", 1, 8, -1, "U64"},
    DTypeTraits{DType::i32, "I32", 1, 4, 26, "I32"},
    DTypeTraits{DType::u32, "U32", 1, 4, -1, "U32"},
    DTypeTraits{DType::i16, "I16", 1, 2, 25, "I16"},
    DTypeTraits{DType::u16, "U16", 1, 2, -1, "U16"},
    DTypeTraits{DType::i8, "I8", 1, 1, 24, "I8"},
    DTypeTraits{DType::u8, "U8", 1, 1, -1, "U8"},
    DTypeTraits{DType::boolean, "BOOL", 1, 1, -1, "BOOL"},
    DTypeTraits{DType::q4_0, "Q4_0", 32, 18, 2, ""},
    DTypeTraits{DType::q4_1, "Q4_1", 32, 20, 3, ""},
    DTypeTraits{DType::q5_0, "Q5_0", 32, 22, 6, ""},
    DTypeTraits{DType::q5_1, "Q5_1", 32, 24, 7, ""},
    DTypeTraits{DType::q8_0, "Q8_0", 32, 34, 8, ""},
    DTypeTraits{DType::q8_1, "Q8_1", 32, 36, 9, ""},
    DTypeTraits{DType::q2_k, "Q2_K", 256, 84, 10, ""},
    DTypeTraits{DType::q3_k, "Q3_K", 256, 110, 11, ""},
    DTypeTraits{DType::q4_k, "Q4_K", 256, 144, 12, ""},
    DTypeTraits{DType::q5_k, "Q5_K", 256, 176, 13, ""},
    DTypeTraits{DType::q6_k, "Q6_K", 256, 210, 14, ""},
    DTypeTraits{DType::q8_k, "Q8_K", 256, 292, 15, ""},
    DTypeTraits{DType::iq2_xxs, "IQ2_XXS", 256, 66, 16, ""},
    DTypeTraits{DType::iq2_xs, "IQ2_XS", 256, 74, 17, ""},
    DTypeTraits{DType::iq3_xxs, "IQ3_XXS", 256, 98, 18, ""},
    DTypeTraits{DType::iq1_s, "IQ1_S", 256, 50, 19, ""},
    DTypeTraits{DType::iq4_nl, "IQ4_NL", 32, 18, 20, ""},
    DTypeTraits{DType::iq3_s, "IQ3_S", 256, 110, 21, ""},
    DTypeTraits{DType::iq2_s, "IQ2_S", 256, 82, 22, ""},
    DTypeTraits{DType::iq4_xs, "IQ4_XS", 256, 136, 23, ""},
    DTypeTraits{DType::iq1_m, "IQ1_M", 256, 56, 29, ""},
    DTypeTraits{DType::tq1_0, "TQ1_0", 256, 54, 34, ""},
    DTypeTraits{DType::tq2_0, "TQ2_0", 256, 66, 35, ""},
    DTypeTraits{DType::mxfp4, "MXFP4", 32, 17, 39, ""},
    DTypeTraits{DType::nvfp4, "NVFP4", 64, 36, 40, ""},
    DTypeTraits{DType::q1_0, "Q1_0", 128, 18, 41, ""},
    DTypeTraits{DType::q2_0, "Q2_0", 64, 18, 42, ""},
};

}  // namespace

const DTypeTraits& traits(DType dtype) { return kTraits[static_cast<std::size_t>(dtype)]; }

std::span<const DTypeTraits> all_dtypes() { return kTraits; }

double bits_per_value(DType dtype) {
    const DTypeTraits& t = traits(dtype);
    return 8.0 * t.block_bytes / t.block_values;
}

std::optional<DType> dtype_from_ggml(std::uint32_t id) {
    for (const DTypeTraits& t : kTraits) {
        if (t.ggml_id >= 0 && static_cast<std::uint32_t>(t.ggml_id) == id) {
            return t.dtype;
        }
    }
    return std::nullopt;
}

std::optional<DType> dtype_from_safetensors(std::string_view name) {
    for (const DTypeTraits& t : kTraits) {
        if (!t.safetensors.empty() && t.safetensors == name) {
            return t.dtype;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> storage_bytes(DType dtype, std::uint64_t values) {
    const DTypeTraits& t = traits(dtype);
    if (values % t.block_values != 0) {
        return std::nullopt;
    }
    return checked_mul(values / t.block_values, t.block_bytes);
}

std::optional<std::uint64_t> element_count(const Shape& shape) {
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t dim : shape) {
        if (dim < 0) {
            return std::nullopt;
        }
        if (dim == 0) {
            empty = true;
            continue;  // the other dimensions must still be sane
        }
        const auto product = checked_mul(count, static_cast<std::uint64_t>(dim));
        if (!product || *product > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
            return std::nullopt;
        }
        count = *product;
    }
    return empty ? 0 : count;
}

std::string to_string(const Shape& shape) {
    return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, " × "));
}

}  // namespace ql
