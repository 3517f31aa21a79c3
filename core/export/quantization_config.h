// What config.json says of how a model was quantized. Only for core/export.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/export/safetensors_export.h"

namespace ql {

/// The value of "quantization_config" for the tensors of a planned export, in the words of its
/// format's loaders. Precondition: the format is gptq, awq or compressed_tensors.
nlohmann::ordered_json quantization_config(const Model& model, const SafetensorsExport& plan);

}  // namespace ql
