// What people should know of an export before it is written. Only for core/export.
#pragma once

#include <vector>

#include "core/export/export_plan.h"

namespace ql {

/// Tensors that get something else than was chosen (a sentence for each reason), rules that decide
/// nothing, tensors that are quantized already, an importance matrix that is not used.
std::vector<Sentence> plan_notes(const Model& model, const Plan& plan,
                                 const std::vector<ExportRow>& rows, const ExportOptions& options);

}  // namespace ql
