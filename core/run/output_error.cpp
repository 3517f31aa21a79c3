#include "core/run/output_error.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/base/parallel.h"

namespace ql {

namespace {

/// sum over rows of v · G · v, with rows in pieces of fixed size: the same at any number of
/// threads.
double quadratic_sum(const std::vector<float>& rows, std::int64_t cols,
                     const std::vector<float>& gram, const Progress& progress) {
    const std::int64_t count = static_cast<std::int64_t>(rows.size()) / cols;
    std::vector<float> products(rows.size());
    cpu_backend().linear(Sequences({count}), {gram.data(), nullptr, cols, cols}, rows.data(),
                         products.data(), cols, progress);
    double sum = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        sum += static_cast<double>(rows[i]) * static_cast<double>(products[i]);
    }
    return sum;
}

std::vector<float> read_rows(const RowSource& source, std::int64_t first, std::int64_t count,
                             const Progress& progress) {
    std::vector<float> values(static_cast<std::size_t>(count * source.cols()));
    const RowChunks chunks(count, source.cols());
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t begin = chunks.first(chunk);
        source.read(first + begin, chunks.size(chunk), values.data() + begin * source.cols());
    });
    source.release(first, count);
    return values;
}

}  // namespace

double OutputError::relative() const { return error2 <= 0 ? 0 : std::sqrt(error2 / output2); }

OutputError output_error(const RowSource& original, const RowSource& changed,
                         const GramMatrix& gram, const Progress& progress) {
    const std::vector<float> g(gram.values.begin(), gram.values.end());
    constexpr std::int64_t kRowsAtOnce = 1024;
    OutputError result;
    for (std::int64_t first = 0; first < original.rows(); first += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, original.rows() - first);
        const std::vector<float> w = read_rows(original, first, count, progress);
        std::vector<float> delta = read_rows(changed, first, count, progress);
        std::transform(delta.begin(), delta.end(), w.begin(), delta.begin(), std::minus<>());
        result.output2 += quadratic_sum(w, original.cols(), g, progress);
        result.error2 += quadratic_sum(delta, original.cols(), g, progress);
    }
    return result;
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
    const BlockGramsSink measure = [&](int layer, const BlockGrams& grams) {
        for (std::size_t t = 0; t < tensors.size(); ++t) {
            const auto place = input_place(tensors[t]);
            if (!place || place->layer != layer) {
                continue;
            }
            ++linears;
            const auto original = models[0].weights->rows(tensors[t]);
            for (std::size_t m = 1; m < models.size(); ++m) {
                const auto changed = models[m].weights->rows(tensors[t]);
                const OutputError error =
                    output_error(*original, *changed, grams.at(place->site), progress);
                results[m - 1].tensors[t] = error;
                results[m - 1].mean_relative += error.relative();
            }
        }
    };
    calibrate(decoder, *models[0].weights, windows, measure, progress);
    for (OutputErrors& result : results) {
        result.mean_relative /= std::max(1, linears);
    }
    return results;
}

}  // namespace ql
