#include "core/run/predictions.h"

#include <algorithm>

#include "core/run/plan_weights.h"

namespace ql {

namespace {

std::vector<EvaluatedModel> models_of(const PredictionRequest& request) {
    std::vector<EvaluatedModel> models = {
        {"as stored", std::make_shared<StoredWeights>(request.model)}};
    for (const Plan& plan : request.plans) {
        models.push_back(
            {format(plan), std::make_shared<PlanWeights>(request.model, plan, request.importance)});
    }
    return models;
}

/// Multiplications and additions of one token in a forward pass.
double operations_of_token(const Decoder& decoder, std::int64_t context) {
    const DecoderSpec& spec = decoder.spec();
    double weights = static_cast<double>(spec.vocabulary) * static_cast<double>(spec.width);
    for (const ModelTensor& tensor : decoder.model().tensors()) {
        if (input_place(tensor) && tensor.layer >= 0) {
            weights += static_cast<double>(tensor.values());
        }
    }
    // Scores and weighted sums of the tokens before it: half a window on average.
    const double attention = static_cast<double>(decoder.blocks() * spec.heads * spec.head_dim) *
                             static_cast<double>(context);
    return 2 * (weights + attention);
}

}  // namespace

std::size_t moderate_windows(const Decoder& decoder, std::int64_t context) {
    constexpr double kOperations = 1e12;
    constexpr std::size_t kLeast = 4;
    const double window = static_cast<double>(context) * operations_of_token(decoder, context);
    return std::max(kLeast, static_cast<std::size_t>(kOperations / window));
}

std::vector<PredictionResult> measure_predictions(const PredictionRequest& request,
                                                  const EvaluationOptions& options,
                                                  const Progress& progress) {
    const Decoder decoder(request.model);
    const std::vector<EvaluatedModel> models = models_of(request);
    const bool outputs = request.output_errors && models.size() > 1;
    // One forward pass and its Gram matrices beside one pass of each model.
    const double evaluating =
        outputs ? static_cast<double>(models.size()) / (static_cast<double>(models.size()) + 2) : 1;
    const auto evaluations =
        evaluate(decoder, models, request.text, options, progress.part(0, evaluating));
    std::vector<PredictionResult> results;
    for (const Evaluation& evaluation : evaluations) {
        results.push_back({evaluation, {}});
    }
    if (outputs) {
        const auto errors =
            measure_outputs(decoder, models, request.text.windows, progress.part(evaluating, 1));
        for (std::size_t i = 0; i < errors.size(); ++i) {
            results[i + 1].outputs = errors[i];
        }
    }
    return results;
}

}  // namespace ql
