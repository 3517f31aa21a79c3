#include "core/run/awq_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

#include "core/base/parallel.h"
#include "core/model/resolve_plan.h"
#include "core/run/folded_error.h"

namespace ql {

namespace {

constexpr int kAlphaSteps = 100;  // of α, in all
constexpr int kCoarse = 5;        // of them at once, at first

/// Weights that share a scale on the grid: what a weight is large or small among.
std::int64_t shared_columns(const GridSpec& grid, std::int64_t cols) {
    const auto* integers = std::get_if<IntegerGrid>(&grid);
    const auto* storage = std::get_if<StorageGrid>(&grid);
    const std::int64_t span = integers != nullptr  ? integers->group
                              : storage != nullptr ? traits(storage->dtype).block_values
                                                   : 0;
    return span > 0 ? span : cols;
}

double squares(const std::vector<float>& values) {
    return std::inner_product(
        values.begin(), values.end(), values.begin(), 0.0, std::plus<>(),
        [](float a, float b) { return static_cast<double>(a) * static_cast<double>(b); });
}

/// Divided by the geometric mean of the largest and the smallest.
std::vector<float> normalized(const std::vector<double>& raw) {
    constexpr double kLeast = 1e-4;
    double largest = kLeast;
    double smallest = std::numeric_limits<double>::infinity();
    for (const double value : raw) {
        largest = std::max(largest, value);
        smallest = std::min(smallest, std::max(value, kLeast));
    }
    const double middle = std::sqrt(largest * smallest);
    std::vector<float> scales;
    for (const double value : raw) {
        const double scale = std::max(value, kLeast) / middle;
        scales.push_back(std::isfinite(scale) ? static_cast<float>(scale) : 1.0F);
    }
    return scales;
}

class Search {
  public:
    Search(const AwqTask& task, const Progress& progress) : task_(task), progress_(progress) {}

    AwqChoice run() {
        const std::vector<double> weights = relative_weights();
        for (int step = 0; step <= kAlphaSteps; step += kCoarse) {
            add(step, nullptr);
        }
        for (int step = 0; step < kAlphaSteps; step += kCoarse) {
            add(step, &weights);
        }
        measure(0);
        const std::size_t coarse = changes_.size();
        add_around(choice_.candidates[choice_.chosen], weights);
        measure(coarse);
        choice_.scales = changes_[choice_.chosen].columns;
        return std::move(choice_);
    }

  private:
    /// Of each column the mean of |w| over what its neighbours' largest is, over all consumers.
    std::vector<double> relative_weights() const {
        std::vector<double> sums(static_cast<std::size_t>(task_.mapping.channels));
        std::int64_t rows = 0;
        for (const std::size_t consumer : task_.mapping.consumers) {
            const ModelTensor& tensor = task_.model.tensors()[consumer];
            const auto source = task_.model.rows(tensor);
            const std::int64_t span =
                shared_columns(task_.entries[consumer].scheme->grid, tensor.cols);
            for (std::int64_t first = 0; first < tensor.rows; first += kRowsTogether) {
                const std::int64_t count = std::min(kRowsTogether, tensor.rows - first);
                add_relative(read_rows(*source, first, count, progress_), span, sums);
            }
            rows += tensor.rows;
        }
        for (double& sum : sums) {
            sum /= static_cast<double>(rows);
        }
        return sums;
    }

    static void add_relative(const std::vector<float>& weights, std::int64_t span,
                             std::vector<double>& sums) {
        constexpr double kLeast = 1e-6;
        const auto cols = static_cast<std::int64_t>(sums.size());
        for (auto begin = weights.begin(); begin != weights.end(); begin += span) {
            const std::int64_t col = (begin - weights.begin()) % cols;
            double largest = kLeast;
            std::for_each(begin, begin + span, [&](float w) {
                largest = std::max(largest, std::fabs(static_cast<double>(w)) + kLeast);
            });
            for (std::int64_t i = 0; i < span; ++i) {
                sums[static_cast<std::size_t>(col + i)] +=
                    std::fabs(static_cast<double>(begin[i])) / largest;
            }
        }
    }

    /// The fine steps up to the neighbours of a coarse one.
    void add_around(AwqCandidate best, const std::vector<double>& weights) {
        const int middle = static_cast<int>(std::lround(best.alpha * kAlphaSteps));
        const int first = std::max(middle - kCoarse + 1, 0);
        const int last = std::min(middle + kCoarse - 1, kAlphaSteps);
        for (int step = first; step <= last; ++step) {
            if (step != middle) {
                add(step, best.duo ? &weights : nullptr);
            }
        }
    }

    /// `weights`: those of duo scaling, or null.
    void add(int step, const std::vector<double>* weights) {
        constexpr double kLeast = 1e-4;
        const double alpha = static_cast<double>(step) / kAlphaSteps;
        std::vector<double> raw(static_cast<std::size_t>(task_.mapping.channels));
        for (std::size_t i = 0; i < raw.size(); ++i) {
            raw[i] = std::pow(task_.inputs.statistics.mean_abs(i), alpha);
            if (weights != nullptr) {
                raw[i] /= std::pow((*weights)[i], 1 - alpha) + kLeast;
            }
        }
        TensorChange change{.columns = normalized(raw)};
        if (task_.mapping.norm) {
            change.columns = fold_into_norm(task_.model, task_.mapping, change.columns).scales;
        }
        changes_.push_back(std::move(change));
        choice_.candidates.push_back({alpha, weights != nullptr, 0});
    }

    /// Finds the losses of the candidates from one on, and the least of all.
    void measure(std::size_t from) {
        if (task_.block != nullptr && task_.inputs.stretches.sequences.count() > 0) {
            measure_module(from);
        } else {
            for (const std::size_t consumer : task_.mapping.consumers) {
                measure_linear(consumer, from);
            }
            choice_.sampled = task_.inputs.form.sampled();
        }
        const auto less = [](const AwqCandidate& a, const AwqCandidate& b) {
            return a.loss < b.loss;
        };
        const auto& all = choice_.candidates;
        choice_.chosen =
            static_cast<std::size_t>(std::min_element(all.begin(), all.end(), less) - all.begin());
    }

    /// Finds what the candidates cost the output of the attention or MLP.
    void measure_module(std::size_t from) {
        choice_.measured = AwqLoss::module;
        const std::int64_t tokens = task_.inputs.stretches.sequences.tokens();
        choice_.sampled = tokens < task_.inputs.statistics.tokens ? tokens : 0;
        const BlockWeights& block = task_.block->weights;
        const std::vector<LinearWeights>& readers =
            task_.mapping.place.site == InputSite::attention ? block.qkv : block.gate_up;
        const std::vector<float> output = module_output(readers);
        const double size = squares(output);
        std::vector<LinearWeights> rounded = readers;
        for (std::size_t i = from; i < changes_.size() && size > 0; ++i) {
            if (!round(readers, i, rounded)) {
                choice_.candidates[i].loss = std::numeric_limits<double>::infinity();
                continue;
            }
            std::vector<float> difference = module_output(rounded);
            std::transform(difference.begin(), difference.end(), output.begin(), difference.begin(),
                           std::minus<>());
            const double loss = squares(difference) / size;
            choice_.candidates[i].loss =
                std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity();
        }
    }

    std::vector<float> module_output(const std::vector<LinearWeights>& readers) const {
        HiddenStates states = task_.inputs.stretches;
        task_.block->decoder.run_module(task_.block->weights, task_.mapping.place.site, readers,
                                        states, progress_);
        return std::move(states.values);
    }

    /// What becomes of the consumers' weights, in terms of the inputs as they are. False where they
    /// become too large for a grid; as they are they must not be.
    bool round(const std::vector<LinearWeights>& readers, std::size_t candidate,
               std::vector<LinearWeights>& rounded) const {
        try {
            for (std::size_t i = 0; i < readers.size(); ++i) {
                const std::size_t consumer = task_.mapping.consumers[i];
                const ModelTensor& tensor = task_.model.tensors()[consumer];
                rounded[i].weight =
                    FoldedLinear(task_.model, tensor, *task_.entries[consumer].scheme,
                                 changes_[candidate], importance_of(tensor, task_.importance),
                                 progress_)
                        .decoded(readers[i].weight, 0, progress_);
            }
            return true;
        } catch (const Error& error) {
            if (candidate == 0 || error.code() != ErrorCode::bad_data) {
                throw;
            }
            return false;
        }
    }

    /// Adds what the candidates cost the output of one consumer.
    void measure_linear(std::size_t consumer, std::size_t from) {
        const ModelTensor& tensor = task_.model.tensors()[consumer];
        std::vector<std::unique_ptr<FoldedLinear>> trials;
        for (std::size_t i = from; i < changes_.size(); ++i) {
            trials.push_back(std::make_unique<FoldedLinear>(
                task_.model, tensor, *task_.entries[consumer].scheme, changes_[i],
                importance_of(tensor, task_.importance), progress_));
        }
        std::vector<double> errors(trials.size());
        double output = 0;
        const auto source = task_.model.rows(tensor);
        for (std::int64_t first = 0; first < tensor.rows; first += kRowsTogether) {
            const std::int64_t count = std::min(kRowsTogether, tensor.rows - first);
            const std::vector<float> weights = read_rows(*source, first, count, progress_);
            output += task_.inputs.form.sum(weights, progress_);
            // One trial is one thread's work: it is too little to share.
            parallel_for(static_cast<std::int64_t>(trials.size()), progress_, [&](std::int64_t i) {
                const auto trial = static_cast<std::size_t>(i);
                errors[trial] += error_of(*trials[trial], weights, first, from + trial == 0);
            });
        }
        for (std::size_t i = 0; i < errors.size() && output > 0; ++i) {
            choice_.candidates[from + i].loss += errors[i] / output;
        }
    }

    /// Infinite where weights become too large for the grid; as they are they must not be.
    double error_of(const FoldedLinear& trial, const std::vector<float>& weights,
                    std::int64_t first, bool identity) const {
        try {
            return task_.inputs.form.sum(trial.errors(weights, first, progress_), progress_);
        } catch (const Error& error) {
            if (identity || error.code() != ErrorCode::bad_data) {
                throw;
            }
            return std::numeric_limits<double>::infinity();
        }
    }

    const AwqTask& task_;
    const Progress& progress_;
    std::vector<TensorChange> changes_;  ///< of each candidate
    AwqChoice choice_;
};

}  // namespace

AwqChoice search_awq(const AwqTask& task, const Progress& progress) {
    return Search(task, progress).run();
}

}  // namespace ql
