#include "core/run/output_error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <span>

#include "core/run/activation_rounding.h"
#include "core/run/linear_outputs.h"
#include "core/run/quadratic_form.h"

namespace ql {

namespace {

/// What became of a linear.
struct ChangedLinear {
    const RowSource* rows = nullptr;
    /// Rows of what it reads as it is stored, where that is rounded: as many as the original's
    /// sample. Null: it reads what the original reads.
    const std::vector<float>* inputs = nullptr;
};

/// What the original linears of a site read.
struct SiteInputs {
    QuadraticForm gram;
    std::vector<float> sample;  ///< rows of X; empty if no changed linear's are rounded
};

/// Of one linear, for each of what became of it.
std::vector<OutputError> errors_of(const RowSource& original,
                                   std::span<const ChangedLinear> changed, const SiteInputs& inputs,
                                   const Progress& progress) {
    constexpr std::int64_t kRowsAtOnce = 1024;
    std::vector<OutputError> results(changed.size());
    for (std::int64_t first = 0; first < original.rows(); first += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, original.rows() - first);
        const std::vector<float> w = read_rows(original, first, count, progress);
        const double output2 = inputs.gram.sum(w, progress);
        const std::vector<float> sampled = outputs_of(inputs.sample, w, original.cols(), progress);
        for (std::size_t m = 0; m < changed.size(); ++m) {
            std::vector<float> values = read_rows(*changed[m].rows, first, count, progress);
            if (changed[m].inputs != nullptr) {
                const std::vector<float> outputs =
                    outputs_of(*changed[m].inputs, values, original.cols(), progress);
                results[m].error2 += squares(outputs, &sampled);
                results[m].output2 += squares(sampled);
                continue;
            }
            std::transform(values.begin(), values.end(), w.begin(), values.begin(), std::minus<>());
            results[m].error2 += inputs.gram.sum(values, progress);
            results[m].output2 += output2;
        }
    }
    return results;
}

/// Runs the original, and measures the linears of one block after the other.
class OutputMeasurement {
  public:
    OutputMeasurement(const Decoder& decoder, const std::vector<EvaluatedModel>& models)
        : decoder_(decoder), models_(models), results_(models.size() - 1) {
        for (OutputErrors& result : results_) {
            result.tensors.resize(decoder.model().tensors().size());
        }
    }

    std::vector<OutputErrors> run(const std::vector<TokenIds>& windows, const Progress& progress) {
        constexpr std::int64_t kSampledTokens = 512;
        const WeightSource& original = *models_[0].weights;
        HiddenStates hidden = decoder_.embed(windows, original, progress);
        sampled_ = sampled_tokens(hidden.sequences.tokens(), kSampledTokens);
        for (int layer = 0; layer < decoder_.blocks(); ++layer) {
            progress.report(
                static_cast<double>(layer) / decoder_.blocks(),
                Sentence(QL_TR("core", "Running layer {} of {}"), layer + 1, decoder_.blocks()));
            decoder_.run_block(
                decoder_.load(layer, original, progress), hidden,
                [&](const LinearInput& input) { look_at(input, progress); }, progress);
            measure_block(layer, progress);
            grams_.clear();
            samples_.clear();
        }
        progress.report(1);
        for (OutputErrors& result : results_) {
            result.mean_relative /= std::max(1, linears_);
        }
        return std::move(results_);
    }

  private:
    /// Rows of what the linears of a site read: the original's, and as each model stores them.
    struct Samples {
        std::vector<float> original;
        std::vector<std::vector<float>> rounded;  ///< empty where a model reads what is there
    };

    void look_at(const LinearInput& input, const Progress& progress) {
        Samples& samples = samples_[input.site];
        samples.rounded.resize(models_.size());
        bool any = false;
        const WeightSource& original = *models_[0].weights;
        const bool original_rounds = original.activations(input.layer, input.site).has_value();
        for (std::size_t m = 1; m < models_.size(); ++m) {
            const auto activations = models_[m].weights->activations(input.layer, input.site);
            if (activations || original_rounds) {
                std::vector<float> values(input.values.begin(), input.values.end());
                LinearInput rounded = input;
                rounded.values = values;
                if (activations) {
                    round_inputs(*models_[m].weights, *activations, rounded, progress);
                }
                keep_sample(rounded, sampled_, samples.rounded[m]);
                any = true;
            }
        }
        activation_rounding(original, decoder_.backend(), progress)(input);
        add_gram(grams_, input, decoder_.backend(), progress);
        if (any) {
            keep_sample(input, sampled_, samples.original);
        }
    }

    /// Rounds what a model's linears read, which are the original's inputs but for scales.
    void round_inputs(const WeightSource& weights, const Activations& activations,
                      const LinearInput& input, const Progress& progress) const {
        const std::vector<float>* scales = weights.input_scales(input.layer, input.site);
        const auto scale = [&](const auto& operation) {
            for (std::size_t i = 0; scales != nullptr && i < input.values.size(); ++i) {
                input.values[i] = operation(input.values[i], (*scales)[i % scales->size()]);
            }
        };
        scale(std::divides<>());
        round_activations(activations, weights.activation_scale(input.layer, input.site), input,
                          decoder_.backend(), progress);
        scale(std::multiplies<>());
    }

    void measure_block(int layer, const Progress& progress) {
        const auto tensors = decoder_.model().tensors();
        for (const auto& [site, gram] : grams_) {
            Samples& samples = samples_[site];
            const SiteInputs inputs{QuadraticForm::of_gram(gram, progress),
                                    std::move(samples.original)};
            for (std::size_t t = 0; t < tensors.size(); ++t) {
                if (input_place(tensors[t]) == InputPlace{layer, site}) {
                    measure(t, inputs, samples.rounded, progress);
                }
            }
        }
    }

    void measure(std::size_t t, const SiteInputs& inputs,
                 const std::vector<std::vector<float>>& rounded, const Progress& progress) {
        std::vector<std::unique_ptr<RowSource>> sources;
        std::vector<ChangedLinear> changed;
        for (std::size_t m = 0; m < models_.size(); ++m) {
            sources.push_back(models_[m].weights->original_rows(decoder_.model().tensors()[t]));
            changed.push_back({sources.back().get(), rounded[m].empty() ? nullptr : &rounded[m]});
        }
        const auto errors = errors_of(*sources[0], std::span(changed).subspan(1), inputs, progress);
        for (std::size_t m = 0; m < errors.size(); ++m) {
            results_[m].tensors[t] = errors[m];
            results_[m].mean_relative += errors[m].relative();
        }
        ++linears_;
    }

    const Decoder& decoder_;
    const std::vector<EvaluatedModel>& models_;
    std::vector<std::int64_t> sampled_;
    BlockGrams grams_;
    std::map<InputSite, Samples> samples_;
    std::vector<OutputErrors> results_;
    int linears_ = 0;
};

}  // namespace

double OutputError::relative() const { return error2 <= 0 ? 0 : std::sqrt(error2 / output2); }

OutputError output_error(const RowSource& original, const RowSource& changed,
                         const GramMatrix& gram, const Progress& progress) {
    const ChangedLinear all[] = {{&changed}};
    return errors_of(original, all, {QuadraticForm::of_gram(gram, progress), {}}, progress).front();
}

std::vector<OutputErrors> measure_outputs(const Decoder& decoder,
                                          const std::vector<EvaluatedModel>& models,
                                          const std::vector<TokenIds>& windows,
                                          const Progress& progress) {
    return OutputMeasurement(decoder, models).run(windows, progress);
}

}  // namespace ql
