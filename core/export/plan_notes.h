// What people should know of an export before it is written. Only for core/export.
#pragma once

#include <vector>

#include "core/export/export_plan.h"

namespace ql {

/// Tensors that get something else than was chosen (a sentence for each reason), rules that decide
/// nothing, tensors that are quantized already, an importance matrix that is not used.
std::vector<Sentence> plan_notes(const Model& model, const Plan& plan,
                                 const std::vector<ExportRow>& rows, const ExportOptions& options);

/// Why a model's codes would be taken for weights: it is quantized in a form that is not known
/// here, as a whole or in part. Nothing if all of it can be read.
std::optional<Sentence> unread_quantization(const Model& model);

}  // namespace ql
