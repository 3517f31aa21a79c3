#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/run/evaluation.h"
#include "core/run/output_error.h"
#include "core/schemes/plan.h"

namespace ql {

/// How well a model predicts a text, and where its linears' outputs were changed.
struct PredictionResult {
    Evaluation evaluation;
    std::optional<OutputErrors> outputs;  ///< nothing for the original, or if they were not asked
};

/// What is to be measured on a text.
struct PredictionRequest {
    std::shared_ptr<const Model> model;
    std::vector<Plan> plans;
    std::shared_ptr<const ImportanceMatrix> importance;  ///< null if no plan asks for one
    EvaluationText text;
    bool output_errors = true;
};

/// A number of windows that a model of this size gets through within seconds to minutes on a few
/// cores: for who does not want to choose. It depends on the model alone, so that results of two
/// runs can stand side by side.
std::size_t moderate_windows(const Decoder& decoder, std::int64_t context);

/// Measures the original and every plan on the same text: the original's result stands first.
/// Throws what evaluate() and PlanWeights throw.
std::vector<PredictionResult> measure_predictions(const PredictionRequest& request,
                                                  const EvaluationOptions& options = {},
                                                  const Progress& progress = {});

}  // namespace ql
