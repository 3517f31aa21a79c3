#pragma once

#include <vector>

#include "core/model/transform/scale_mappings.h"
#include "core/run/linear_inputs.h"
#include "core/schemes/plan.h"

namespace ql {

/// A set of scales that was tried.
struct AwqCandidate {
    double alpha = 0;  ///< s = mean|x|^α, or with `duo` mean|x|^α / mean|w|^(1-α)
    bool duo = false;  ///< weights count too (AutoAWQ's duo scaling)
    /// Σ over the consumers of ‖X ΔWᵀ‖² / ‖X Wᵀ‖²: each of them counts the same.
    double loss = 0;
};

/// What the search found. The first of the candidates is the identity.
struct AwqChoice {
    std::vector<AwqCandidate> candidates;
    std::size_t chosen = 0;  ///< the first of those with the least loss
    std::vector<float> scales;
};

/// What a search works on.
struct AwqTask {
    const Model& model;
    const ScaleMapping& mapping;
    const std::vector<PlanEntry>& entries;  ///< of all tensors; those of consumers have schemes
    const ImportanceMatrix* importance;     ///< may be null
    const LinearInputs& inputs;
};

/// Looks for the scales of a mapping that leave its consumers' outputs the least error when they
/// are rounded to nearest on their own grids: AWQ's search (Lin et al. 2023, section 4), on
/// outputs of the linears. Scales are tried as a norm can hold them. Throws what reading rows
/// throws, and Error(cancelled).
AwqChoice search_awq(const AwqTask& task, const Progress& progress);

}  // namespace ql
