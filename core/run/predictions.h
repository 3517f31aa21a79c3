#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/run/calibrated_plan.h"
#include "core/run/evaluation.h"
#include "core/run/output_error.h"
#include "core/schemes/plan.h"

namespace ql {

/// How well a model predicts a text, and where its linears' outputs were changed.
struct PredictionResult {
    Evaluation evaluation;                ///< of no tokens if there was no text to predict
    std::optional<OutputErrors> outputs;  ///< nothing for the original, or if they were not asked
};

/// The model as it is stored, to compare with.
EvaluatedModel original(std::shared_ptr<const Model> model);

/// What is to be measured on a text.
struct PredictionRequest {
    std::shared_ptr<const Model> model;
    std::vector<Plan> plans;
    std::shared_ptr<const ImportanceMatrix> importance;  ///< null if no plan asks for one
    std::vector<CalibratedPlan> calibrated;  ///< of each plan; or none, if no plan needs it
    EvaluationText text;  ///< without windows: only errors of outputs are measured
    /// What errors of outputs are measured on; empty: the text.
    std::vector<TokenIds> calibration;
    bool output_errors = true;
};

/// Why no text can be run through the model (its architecture, or it has no tokenizer that can be
/// used); empty if one can. Reads the tokenizer.
Sentence cannot_read_texts(const Model& model);

/// A number of windows that a model of this size gets through within seconds to minutes on a few
/// cores: for who does not want to choose. It depends on the model alone, so that results of two
/// runs can stand side by side.
std::size_t moderate_windows(const Decoder& decoder, std::int64_t context);

/// Measures the original and every plan on the same text: the original's result stands first.
/// Errors of outputs come first, and of windows spread evenly over the text, 16,384 tokens at most:
/// a mean over many more rows than inputs have columns, whose hidden states are in memory at once.
/// Throws what evaluate() and PlanWeights throw.
std::vector<PredictionResult> measure_predictions(const PredictionRequest& request,
                                                  const EvaluationOptions& options = {},
                                                  const Progress& progress = {});

}  // namespace ql
