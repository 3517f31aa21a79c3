#include "core/run/output_error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

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

std::vector<float> in_float32(const GramMatrix& gram, const Progress& progress) {
    std::vector<float> values(gram.values.size());
    parallel_for(gram.channels, progress, [&](std::int64_t row) {
        const std::int64_t begin = row * gram.channels;
        std::transform(gram.values.begin() + begin, gram.values.begin() + begin + gram.channels,
                       values.begin() + begin,
                       [](double value) { return static_cast<float>(value); });
    });
    return values;
}

/// Of one linear, for each of what became of it. `gram`: G, [channels × channels].
std::vector<OutputError> errors_of(const RowSource& original,
                                   std::span<const RowSource* const> changed,
                                   const std::vector<float>& gram, const Progress& progress) {
    constexpr std::int64_t kRowsAtOnce = 1024;
    double output2 = 0;
    std::vector<OutputError> results(changed.size());
    for (std::int64_t first = 0; first < original.rows(); first += kRowsAtOnce) {
        const std::int64_t count = std::min(kRowsAtOnce, original.rows() - first);
        const std::vector<float> w = read_rows(original, first, count, progress);
        output2 += quadratic_sum(w, original.cols(), gram, progress);
        for (std::size_t m = 0; m < changed.size(); ++m) {
            std::vector<float> delta = read_rows(*changed[m], first, count, progress);
            std::transform(delta.begin(), delta.end(), w.begin(), delta.begin(), std::minus<>());
            results[m].error2 += quadratic_sum(delta, original.cols(), gram, progress);
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
    return errors_of(original, all, in_float32(gram, progress), progress).front();
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
    const auto measure = [&](std::size_t t, const std::vector<float>& gram) {
        std::vector<std::unique_ptr<RowSource>> sources;
        std::vector<const RowSource*> changed;
        for (const EvaluatedModel& model : models) {
            sources.push_back(model.weights->rows(tensors[t]));
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
            const std::vector<float> narrowed = in_float32(gram, progress);
            for (std::size_t t = 0; t < tensors.size(); ++t) {
                if (input_place(tensors[t]) == InputPlace{layer, site}) {
                    measure(t, narrowed);
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
