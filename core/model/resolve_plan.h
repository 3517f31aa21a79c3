#pragma once

#include <vector>

#include "core/files/imatrix.h"
#include "core/model/forward/stored_activations.h"
#include "core/model/model.h"
#include "core/schemes/plan.h"

namespace ql {

/// Whether as much is known of a model's architecture as recipes go by. Models in GGUF form say it
/// themselves.
bool knows_recipes(const Model& model);

/// What a plan gives every tensor of a model, in the order of Model::tensors(). `importance` may be
/// null. Throws what Plan::resolve throws, Error(unsupported) for a recipe without knows_recipes(),
/// and Error(bad_data) for an importance matrix whose entries do not fit the model's tensors.
std::vector<PlanEntry> resolve_plan(const Plan& plan, const Model& model,
                                    const ImportanceMatrix* importance);

/// The importance of a tensor's columns: `cols` values, or as many for each of several equal parts
/// of its rows (experts), in the orientation of GGUF. Empty if the matrix is null or has no entry
/// for it. Throws Error(bad_data) if the entry does not fit.
std::vector<float> importance_of(const ModelTensor& tensor, const ImportanceMatrix* importance);

/// Whether a scheme asks for the very type that a tensor is stored as, with the stored values: they
/// are then kept, where decoding and encoding them once more could only lose. In a quantized
/// checkpoint nothing tells narrow codes from symmetric ones.
bool is_copied(const Model& model, const ModelTensor& tensor, const Scheme& scheme);

/// How the model's own configuration rounds what linears read, where a plan keeps all that read it.
StoredActivations kept_activations(const Model& model, const std::vector<PlanEntry>& entries);

}  // namespace ql
