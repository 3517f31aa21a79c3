#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/files/imatrix.h"
#include "core/run/gptq_run.h"
#include "core/run/input_limits.h"

namespace ql {

/// What a model can be written as: one file, or a folder in Hugging Face form.
enum class ExportFormat {
    gguf,                ///< llama.cpp
    gptq,                ///< GPTQModel, vLLM, transformers
    awq,                 ///< AutoAWQ's GEMM layout: vLLM, transformers
    compressed_tensors,  ///< vLLM, transformers
    dequantized,         ///< the floats that the quantized model computes with: any program
};

/// All of them, in the order in which they are offered.
std::span<const ExportFormat> all_export_formats();
/// As it is typed: "compressed-tensors".
std::string_view name(ExportFormat format);
std::optional<ExportFormat> export_format_from_name(std::string_view name);

/// Whether values are merely rounded to a type: f32, f16, bf16.
inline bool is_float(DType dtype) {
    return dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

struct ExportOptions {
    ExportFormat format = ExportFormat::gguf;
    /// Type of the tensors that no scheme covers and that are stored as floats, and of all weights
    /// of a dequantized model: nothing keeps the stored type. In GGUF, norms, biases and other
    /// one-dimensional tensors are always F32.
    std::optional<DType> rest = {};
    /// For the schemes of a plan that ask for it.
    std::shared_ptr<const ImportanceMatrix> importance = {};
    /// What GPTQ made of the plan's tensors. Planning goes without, writing does not.
    std::shared_ptr<const RoundedTensors> rounded = {};
    /// How far activations reach, for schemes that fix their scales; likewise.
    std::shared_ptr<const InputLimits> limits = {};
    /// Most bytes of tensors in one safetensors file, unless one alone has more.
    std::uint64_t shard_bytes = 5'000'000'000;
};

/// What was written.
struct ExportResult {
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    double seconds = 0;
};

}  // namespace ql
