#include "core/run/smooth_sweep.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include "core/model/resolve_plan.h"
#include "core/run/activation_rounding.h"
#include "core/run/folded_error.h"
#include "core/run/linear_outputs.h"
#include "core/run/quadratic_form.h"

namespace ql {

namespace {

constexpr int kAlphaSteps = 20;

/// What a strength makes of a mapping.
struct Trial {
    TensorChange change;        ///< of the consumers
    std::vector<float> inputs;  ///< the sample as it is read, scales taken back
};

class Sweep {
  public:
    Sweep(const SmoothTask& task, const Progress& progress) : task_(task), progress_(progress) {}

    std::vector<SmoothTrial> run() {
        const std::vector<float> weight_max = weight_maxima(task_.model, task_.mapping, progress_);
        for (int step = 0; step <= kAlphaSteps; ++step) {
            const double alpha = static_cast<double>(step) / kAlphaSteps;
            results_.push_back({alpha, 0});
            const auto scales = smooth_scales(alpha, task_.inputs.max_abs, weight_max);
            add({.columns = fold_into_norm(task_.model, task_.mapping, scales).scales});
        }
        for (std::size_t i = 0; i < task_.mapping.consumers.size(); ++i) {
            progress_.report(static_cast<double>(i) /
                             static_cast<double>(task_.mapping.consumers.size()));
            measure(task_.mapping.consumers[i]);
        }
        return std::move(results_);
    }

  private:
    void add(TensorChange change) {
        const Scheme& scheme = *task_.entries[task_.mapping.consumers.front()].scheme;
        std::vector<float> values = task_.inputs.sample;
        const auto scale = [&](const auto& operation) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = operation(values[i], change.columns[i % change.columns.size()]);
            }
        };
        if (scheme.activations) {
            scale(std::divides<>());
            const auto channels = task_.mapping.channels;
            const Sequences tokens({static_cast<std::int64_t>(values.size()) / channels});
            const auto& [layer, site] = task_.mapping.place;
            round_activations(*scheme.activations,
                              scheme.activations->scale_reaching(limit(change.columns)),
                              {site, layer, tokens, 0, channels, values}, cpu_backend(), progress_);
            scale(std::multiplies<>());
        }
        trials_.push_back({std::move(change), std::move(values)});
    }

    /// What a calibration would find behind scales.
    float limit(const std::vector<float>& scales) const {
        float largest = 0;
        for (std::size_t i = 0; i < scales.size(); ++i) {
            largest = std::max(largest, task_.inputs.max_abs[i] / scales[i]);
        }
        return largest;
    }

    /// Adds the error of one consumer's outputs to every strength.
    void measure(std::size_t consumer) {
        const ModelTensor& tensor = task_.model.tensors()[consumer];
        std::vector<std::unique_ptr<FoldedLinear>> linears;
        for (const Trial& trial : trials_) {
            linears.push_back(std::make_unique<FoldedLinear>(
                task_.model, tensor, *task_.entries[consumer].scheme, trial.change,
                importance_of(tensor, task_.importance), progress_));
        }
        std::vector<double> errors(trials_.size());
        double output = 0;
        const auto source = task_.model.rows(tensor);
        for (std::int64_t first = 0; first < tensor.rows; first += kRowsTogether) {
            const std::int64_t count = std::min(kRowsTogether, tensor.rows - first);
            const std::vector<float> weights = read_rows(*source, first, count, progress_);
            const auto original = outputs_of(task_.inputs.sample, weights, tensor.cols, progress_);
            output += squares(original);
            for (std::size_t i = 0; i < trials_.size(); ++i) {
                const auto outputs =
                    outputs_of(trials_[i].inputs, linears[i]->decoded(weights, first, progress_),
                               tensor.cols, progress_);
                errors[i] += squares(outputs, &original);
            }
        }
        const auto consumers = static_cast<double>(task_.mapping.consumers.size());
        for (std::size_t i = 0; i < errors.size() && output > 0; ++i) {
            results_[i].error += std::sqrt(errors[i] / output) / consumers;
        }
    }

    const SmoothTask& task_;
    const Progress& progress_;
    std::vector<Trial> trials_;
    std::vector<SmoothTrial> results_;
};

}  // namespace

std::vector<float> weight_maxima(const Model& model, const ScaleMapping& mapping,
                                 const Progress& progress) {
    std::vector<float> largest(static_cast<std::size_t>(mapping.channels));
    for (const std::size_t consumer : mapping.consumers) {
        const auto source = model.rows(model.tensors()[consumer]);
        const RowChunks chunks(source->rows(), source->cols());
        for (std::int64_t chunk = 0; chunk < chunks.count(); ++chunk) {
            const std::vector<float> rows =
                read_rows(*source, chunks.first(chunk), chunks.size(chunk), progress);
            for (std::size_t i = 0; i < rows.size(); ++i) {
                float& channel = largest[i % largest.size()];
                channel = std::max(channel, std::fabs(rows[i]));
            }
        }
    }
    return largest;
}

std::vector<float> smooth_scales(double alpha, const std::vector<float>& input_max,
                                 const std::vector<float>& weight_max) {
    constexpr float kLeast = 1e-5F;
    std::vector<float> scales;
    for (std::size_t i = 0; i < input_max.size(); ++i) {
        const double x = static_cast<double>(input_max[i]);
        const double w = static_cast<double>(std::max(weight_max[i], kLeast));
        const double s = std::pow(x, alpha) / std::pow(w, 1 - alpha);
        // A channel that is never used has nothing to move.
        scales.push_back(x == 0 ? 1.0F : std::max(static_cast<float>(s), kLeast));
    }
    return scales;
}

Sentence needs_sample() {
    return Sentence(QL_TR("core",
                          "The calibration kept no sample of what this matrix reads: calibrate "
                          "once more."));
}

std::vector<SmoothTrial> sweep_smooth(const SmoothTask& task, const Progress& progress) {
    if (task.inputs.sample.empty()) {
        throw Error(ErrorCode::usage, needs_sample());
    }
    return Sweep(task, progress).run();
}

}  // namespace ql
