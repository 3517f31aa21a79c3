#pragma once

#include <vector>

#include "core/model/transform/scale_mappings.h"
#include "core/run/linear_inputs.h"
#include "core/schemes/plan.h"

namespace ql {

/// What tells sets of scales apart.
enum class AwqLoss {
    /// ‖ΔY‖² / ‖Y‖² of the output Y of the whole attention or MLP that the consumers begin (without
    /// a norm behind it), on some tokens that follow each other.
    module,
    /// Σ over the consumers of ‖X ΔWᵀ‖² / ‖X Wᵀ‖²: each of them counts the same.
    linears,
};

/// A set of scales that was tried.
struct AwqCandidate {
    double alpha = 0;  ///< s = mean|x|^α, or with `duo` mean|x|^α / mean|w|^(1-α)
    bool duo = false;  ///< weights count too (AutoAWQ's duo scaling)
    double loss = 0;   ///< infinite where weights leave the grid's range
};

/// What the search found. The first of the candidates is the identity.
struct AwqChoice {
    std::vector<AwqCandidate> candidates;
    std::size_t chosen = 0;  ///< the first of those with the least loss
    std::vector<float> scales;
    AwqLoss measured = AwqLoss::linears;
    std::int64_t sampled = 0;  ///< tokens that losses are measured on; 0: all
};

/// What a search works on.
struct AwqTask {
    const Model& model;
    const ScaleMapping& mapping;
    const std::vector<PlanEntry>& entries;  ///< of all tensors; those of consumers have schemes
    const ImportanceMatrix* importance;     ///< may be null
    const LinearInputs& inputs;
    const LoadedBlock* block;  ///< that of the consumers; null: it cannot be run
};

/// Looks for the scales of a mapping that cost the least when its consumers are rounded to nearest
/// on their own grids: AWQ's search (Lin et al. 2023, section 4; inspected outputs as in llm-awq).
/// Behind a norm the loss is of the whole module if the block is there; else, and behind a linear,
/// of the consumers alone. Scales are tried as a norm can hold them. Beside the block, the
/// consumers of one candidate are in memory. Throws what reading rows throws, and Error(cancelled).
AwqChoice search_awq(const AwqTask& task, const Progress& progress);

}  // namespace ql
