// The metadata of a GGUF file from a model in Hugging Face form. Only for core/export.
#pragma once

#include <vector>

#include "core/export/gguf_export.h"

namespace ql {

/// general.* and the architecture's keys with the names and types that llama.cpp reads.
GgufMetadata gguf_model_keys(const Model& model);

/// What the frequencies of rotation are divided by under Llama 3's scaling, one for each pair.
std::vector<float> llama3_divisors(const Hyperparameters& hyperparameters);

/// Tensors that GGUF keeps where config.json has parameters: the frequency divisors of Llama 3's
/// RoPE scaling, Phi-3's long and short factors.
std::vector<GgufExportTensor> gguf_rope_tensors(const Model& model);

}  // namespace ql
