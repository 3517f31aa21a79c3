#include "core/run/predictions.h"

#include <algorithm>

#include "core/model/tokenizer.h"

namespace ql {

namespace {

std::vector<EvaluatedModel> models_of(const PredictionRequest& request) {
    std::vector<EvaluatedModel> models = {original(request.model)};
    for (std::size_t i = 0; i < request.plans.size(); ++i) {
        const Plan& plan = request.plans[i];
        const CalibratedPlan calibrated =
            request.calibrated.empty() ? CalibratedPlan() : request.calibrated[i];
        models.push_back(
            {format(plan), calibrated.weights(request.model, plan, request.importance)});
    }
    return models;
}

std::vector<TokenIds> output_windows(const PredictionRequest& request) {
    constexpr std::size_t kMostTokens = 32 * 512;
    const std::vector<TokenIds>& all =
        request.calibration.empty() ? request.text.windows : request.calibration;
    const std::size_t most = std::max<std::size_t>(1, kMostTokens / all.front().size());
    const std::size_t count = std::min(all.size(), most);
    std::vector<TokenIds> windows;
    for (std::size_t i = 0; i < count; ++i) {
        windows.push_back(all[i * all.size() / count]);
    }
    return windows;
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

Sentence cannot_read_texts(const Model& model) {
    if (const auto reason = cannot_run(model)) {
        return *reason;
    }
    try {
        Tokenizer::of(model);
    } catch (const Error& error) {
        return error.sentence();
    }
    return {};
}

std::size_t moderate_windows(const Decoder& decoder, std::int64_t context) {
    constexpr double kOperations = 1e12;
    constexpr std::size_t kLeast = 4;
    const double window = static_cast<double>(context) * operations_of_token(decoder, context);
    return std::max(kLeast, static_cast<std::size_t>(kOperations / window));
}

EvaluatedModel original(std::shared_ptr<const Model> model) {
    return {"as stored", std::make_shared<StoredWeights>(std::move(model))};
}

std::vector<PredictionResult> measure_predictions(const PredictionRequest& request,
                                                  const EvaluationOptions& options,
                                                  const Progress& progress) {
    const Decoder decoder(request.model);
    const std::vector<EvaluatedModel> models = models_of(request);
    std::vector<PredictionResult> results(models.size());
    for (std::size_t m = 0; m < models.size(); ++m) {
        results[m].evaluation.label = models[m].label;
    }
    const bool evaluated = !request.text.windows.empty();
    const bool outputs = request.output_errors && models.size() > 1;
    // One forward pass and its Gram matrices beside one pass of each model.
    const double begin = !outputs    ? 0
                         : evaluated ? 2 / (static_cast<double>(models.size()) + 2)
                                     : 1;
    if (outputs) {
        const auto errors =
            measure_outputs(decoder, models, output_windows(request), progress.part(0, begin));
        for (std::size_t i = 0; i < errors.size(); ++i) {
            results[i + 1].outputs = errors[i];
        }
    }
    if (evaluated) {
        auto evaluations =
            evaluate(decoder, models, request.text, options, progress.part(begin, 1));
        for (std::size_t m = 0; m < models.size(); ++m) {
            results[m].evaluation = std::move(evaluations[m]);
        }
    }
    return results;
}

}  // namespace ql
