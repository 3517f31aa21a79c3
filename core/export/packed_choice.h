// How formats of quantized safetensors hold a scheme. Only for core/export.
#pragma once

#include <optional>

#include "core/export/export_options.h"
#include "core/grids/packed_matrix.h"
#include "core/schemes/scheme.h"

namespace ql {

/// The layout that `format` (gptq, awq or compressed_tensors) has for the weights of a scheme.
/// Throws Error(unsupported), saying what the format can hold, where there is none, or where it
/// cannot say how the scheme stores activations.
PackedFormat packed_format(ExportFormat format, const Scheme& scheme);

}  // namespace ql
