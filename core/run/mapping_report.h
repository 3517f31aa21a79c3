// How the scales of one mapping are found. transform_run.h does so for all of a plan.
#pragma once

#include <optional>
#include <vector>

#include "core/model/calibration/calibration.h"
#include "core/model/transform/scale_mappings.h"
#include "core/run/awq_search.h"
#include "core/run/linear_inputs.h"
#include "core/run/smooth_sweep.h"
#include "core/schemes/plan.h"

namespace ql {

/// What was done at one mapping.
struct MappingReport {
    ScaleMapping mapping;
    Transform transform;
    std::vector<float> scales;             ///< what the consumers' columns are multiplied by
    std::vector<AwqCandidate> candidates;  ///< that AWQ tried, the identity first
    std::size_t chosen = 0;                ///< of them
    AwqLoss measured = AwqLoss::linears;   ///< what AWQ's losses are really of
    std::int64_t sampled = 0;              ///< tokens that they are measured on; 0: all
    // Of each channel, before the scales; they divide the first and multiply the second.
    std::vector<float> input_max;   ///< max |x| over the calibration
    std::vector<float> weight_max;  ///< max |w| over the consumers' rows

    // The same behind the scales.
    std::vector<float> scaled_input_max() const;
    std::vector<float> scaled_weight_max() const;
};

/// What mappings belong to.
struct MappingTask {
    const Model& model;
    const std::vector<PlanEntry>& entries;  ///< of all tensors
    const ImportanceMatrix* importance;     ///< may be null
};

/// A mapping that takes a transform.
struct TransformedMapping {
    ScaleMapping mapping;
    Transform transform;
};

/// All mappings whose consumers ask for a transform and that can take it, in the order of
/// computing: AWQ takes mappings from linears too where these can be stored with other rows,
/// SmoothQuant those from norms. Throws Error(usage) where consumers of one mapping ask for
/// different transforms.
std::vector<TransformedMapping> transformed_mappings(const MappingTask& task);

/// Finds the scales of a mapping from what its consumers read, and adds to `changes` what moving
/// them does. `block` is that of the mapping, or null: see AwqTask. Throws what search_awq throws.
MappingReport transform_mapping(const MappingTask& task, const TransformedMapping& mapping,
                                const LinearInputs& inputs, const LoadedBlock* block,
                                Model::Changes& changes, const Progress& progress);

/// What transform_plan would do at the mapping whose scales come to a tensor's columns, as far as a
/// kept calibration tells: it has no tokens that follow each other, so AWQ goes by the outputs of
/// the linears everywhere. For mappings from linears and for SmoothQuant it is the same if the
/// calibration is of the same text, and AWQ measures on the Gram matrix: it was kept, and the input
/// has at most 1,024 channels; else on other tokens. Nothing where no scales come to the columns.
/// Throws Error(usage) if AWQ has neither a Gram matrix nor a sample of the inputs to go by.
std::optional<MappingReport> kept_report(const MappingTask& task, std::size_t tensor,
                                         const Calibration& calibration,
                                         const Progress& progress = {});

/// What other strengths of SmoothQuant would do there; nothing where no scales come to the tensor.
/// Throws what sweep_smooth throws.
std::vector<SmoothTrial> kept_sweep(const MappingTask& task, std::size_t tensor,
                                    const Calibration& calibration, const Progress& progress = {});

}  // namespace ql
