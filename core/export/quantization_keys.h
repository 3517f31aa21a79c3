// What a GGUF file says of how it was quantized. Only for core/export.
#pragma once

#include "core/export/gguf_export.h"

namespace ql {

/// general.file_type (of the plan's recipe, or of the type with most values) and
/// general.quantization_version.
void set_type_keys(const Plan& plan, GgufExport& gguf);

/// quantize.imatrix.*: which importance matrix was used, if any tensor was fitted with it.
void set_importance_keys(GgufExport& gguf);

}  // namespace ql
