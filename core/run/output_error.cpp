#include "core/run/output_error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "core/run/quadratic_form.h"

namespace ql {

namespace {

/// Of one linear, for each of what became of it.
std::vector<OutputError> errors_of(const RowSource& original,
                                   std::span<const RowSource* const> changed,
                                   const QuadraticForm& gram, const Progress& progress) {
    constexpr std::int64_t kRowsAtOnce = 1024;
    double output2 = 0;
    std::vector<OutputError> results(changed.size());
    for (std::int64_t first = 0; first < original.rows(); first += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, original.rows() - first);
        const std::vector<float> w = read_rows(original, first, count, progress);
        output2 += gram.sum(w, progress);
        for (std::size_t m = 0; m < changed.size(); ++m) {
            std::vector<float> delta = read_rows(*changed[m], first, count, progress);
            std::transform(delta.begin(), delta.end(), w.begin(), delta.begin(), std::minus<>());
            results[m].error2 += gram.sum(delta, progress);
        }
    }
    for (OutputError& result : results) {
        result.output2 = output2;
    }
    return results;
}

}  // namespace

double OutputError::relative() const { return error2 <= 0 ? 0 : std::sqrt(error2 / output2); }

OutputError output_error(const RowSource& original, const RowSource& changed,
                         const GramMatrix& gram, const Progress& progress) {
    const RowSource* const all[] = {&changed};
    return errors_of(original, all, QuadraticForm::of_gram(gram, progress), progress).front();
}

std::vector<OutputErrors> measure_outputs(const Decoder& decoder,
                                          const std::vector<EvaluatedModel>& models,
                                          const std::vector<TokenIds>& windows,
                                          const Progress& progress) {
    const auto tensors = decoder.model().tensors();
    std::vector<OutputErrors> results(models.size() - 1);
    for (OutputErrors& result : results) {
        result.tensors.resize(tensors.size());
    }
    int linears = 0;
    const auto measure = [&](std::size_t t, const QuadraticForm& gram) {
        std::vector<std::unique_ptr<RowSource>> sources;
        std::vector<const RowSource*> changed;
        for (const EvaluatedModel& model : models) {
            sources.push_back(model.weights->original_rows(tensors[t]));
            changed.push_back(sources.back().get());
        }
        const auto errors = errors_of(*sources[0], std::span(changed).subspan(1), gram, progress);
        for (std::size_t m = 0; m < errors.size(); ++m) {
            results[m].tensors[t] = errors[m];
            results[m].mean_relative += errors[m].relative();
        }
        ++linears;
    };
    const BlockGramsSink sink = [&](int layer, const BlockGrams& grams) {
        for (const auto& [site, gram] : grams) {
            const QuadraticForm form = QuadraticForm::of_gram(gram, progress);
            for (std::size_t t = 0; t < tensors.size(); ++t) {
                if (input_place(tensors[t]) == InputPlace{layer, site}) {
                    measure(t, form);
                }
            }
        }
    };
    calibrate(decoder, *models[0].weights, windows, sink, progress);
    for (OutputErrors& result : results) {
        result.mean_relative /= std::max(1, linears);
    }
    return results;
}

}  // namespace ql
