#include "core/run/awq_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/base/parallel.h"
#include "core/model/resolve_plan.h"
#include "core/run/folded_error.h"

namespace ql {

namespace {

constexpr int kAlphaSteps = 20;  // of α

/// Weights that share a scale on the grid: what a weight is large or small among.
std::int64_t shared_columns(const GridSpec& grid, std::int64_t cols) {
    const auto* integers = std::get_if<IntegerGrid>(&grid);
    const auto* storage = std::get_if<StorageGrid>(&grid);
    const std::int64_t span = integers != nullptr  ? integers->group
                              : storage != nullptr ? traits(storage->dtype).block_values
                                                   : 0;
    return span > 0 ? span : cols;
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
        list_candidates();
        for (const std::size_t consumer : task_.mapping.consumers) {
            measure(consumer);
        }
        const auto less = [](const AwqCandidate& a, const AwqCandidate& b) {
            return a.loss < b.loss;
        };
        auto& all = choice_.candidates;
        choice_.chosen =
            static_cast<std::size_t>(std::min_element(all.begin(), all.end(), less) - all.begin());
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

    void list_candidates() {
        const std::vector<double> weights = relative_weights();
        for (int step = 0; step <= kAlphaSteps; ++step) {
            add(step, nullptr);
        }
        for (int step = 0; step < kAlphaSteps; ++step) {
            add(step, &weights);
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

    /// Adds what the candidates cost the output of one consumer.
    void measure(std::size_t consumer) {
        const ModelTensor& tensor = task_.model.tensors()[consumer];
        std::vector<std::unique_ptr<FoldedLinear>> trials;
        for (const TensorChange& change : changes_) {
            trials.push_back(std::make_unique<FoldedLinear>(
                task_.model, tensor, *task_.entries[consumer].scheme, change,
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
                errors[trial] += error_of(*trials[trial], weights, first, trial == 0);
            });
        }
        for (std::size_t i = 0; i < errors.size() && output > 0; ++i) {
            choice_.candidates[i].loss += errors[i] / output;
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
