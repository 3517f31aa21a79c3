#pragma once

#include <memory>
#include <vector>

#include "core/model/forward/decoder.h"
#include "core/run/clip_fit.h"
#include "core/run/mapping_report.h"
#include "core/schemes/plan.h"

namespace ql {

/// What was clipped of one tensor.
struct ClipReport {
    std::size_t tensor = 0;  ///< index into Model::tensors()
    std::uint64_t spans = 0;
    std::uint64_t clipped = 0;  ///< of them
    double error_before = 0;    ///< as in ClipBounds
    double error_after = 0;
};

/// A model that computes what the original does (but for clipped weights), of whose weights the
/// grids make less error; and what is left of the plan.
struct TransformedModel {
    std::shared_ptr<const Model> model;                  ///< shares the tensors of the original
    Plan plan;                                           ///< without transforms and clipping
    std::shared_ptr<const ImportanceMatrix> importance;  ///< of its inputs; null without one
    std::vector<MappingReport> mappings;                 ///< in the order of computing
    std::vector<ClipReport> clips;
};

/// Moves scales between the tensors of a model and clips weights as a plan asks, block by block, by
/// what the original model reads on `windows` (of the same length). A mapping takes a transform
/// that all its consumers ask for; AWQ takes mappings from linears too where these can be stored
/// with other rows, SmoothQuant those from norms. Queries and keys are not clipped. `importance`
/// may be null. Beside the hidden states of all windows, one block and what is learned of its
/// inputs are in memory. Throws Error(usage) without windows or where consumers of one mapping ask
/// for different transforms, what Decoder and search_awq throw, and Error(cancelled).
TransformedModel transform_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                                const Plan& plan,
                                const std::shared_ptr<const ImportanceMatrix>& importance,
                                const std::vector<TokenIds>& windows,
                                const Progress& progress = {});

}  // namespace ql
