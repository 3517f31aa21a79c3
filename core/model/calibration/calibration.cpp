#include "core/model/calibration/calibration.h"

#include <algorithm>
#include <cmath>

namespace ql {

namespace {

void require_finite(const LinearInput& input) {
    const bool finite = std::all_of(input.values.begin(), input.values.end(),
                                    [](float value) { return std::isfinite(value); });
    if (!finite) {
        throw Error(ErrorCode::bad_data,
                    Sentence(QL_TR("core",
                                   "The activations of layer {} are not finite: the model cannot "
                                   "be run in float32 on this text."),
                             input.layer));
    }
}

ImportanceEntry entry_of(const InputStatistics& statistics) {
    ImportanceEntry entry;
    entry.counts = {static_cast<float>(statistics.tokens)};
    entry.sums.resize(statistics.sum_squares.size());
    std::transform(statistics.sum_squares.begin(), statistics.sum_squares.end(), entry.sums.begin(),
                   [](double sum) { return static_cast<float>(sum); });
    return entry;
}

}  // namespace

std::optional<InputPlace> input_place(const ModelTensor& tensor) {
    const auto site = input_site(tensor.role);
    if (!site || tensor.bias) {
        return std::nullopt;
    }
    return InputPlace{tensor.layer, *site};
}

const InputStatistics* Calibration::of(const ModelTensor& tensor) const {
    const auto place = input_place(tensor);
    const auto found = place ? inputs.find(*place) : inputs.end();
    return found == inputs.end() ? nullptr : &found->second;
}

void add_gram(BlockGrams& grams, const LinearInput& input, const Backend& backend,
              const Progress& progress) {
    require_finite(input);
    const std::int64_t tokens = static_cast<std::int64_t>(input.values.size()) / input.channels;
    GramMatrix& gram = grams[input.site];
    gram.channels = input.channels;
    gram.tokens += tokens;
    gram.values.resize(static_cast<std::size_t>(input.channels * input.channels));
    backend.add_gram(tokens, input.channels, input.values.data(), gram.values.data(), progress);
}

Calibration calibrate(const Decoder& decoder, const WeightSource& source,
                      const std::vector<TokenIds>& windows, const BlockGramsSink& sink,
                      const Progress& progress) {
    Calibration calibration;
    calibration.windows = windows.size();
    calibration.context = windows.empty() ? 0 : static_cast<std::int64_t>(windows.front().size());
    BlockGrams grams;
    const LinearInputHook hook = [&](const LinearInput& input) {
        require_finite(input);
        const std::int64_t tokens = static_cast<std::int64_t>(input.values.size()) / input.channels;
        calibration.inputs[{input.layer, input.site}].add(input.values.data(), tokens,
                                                          input.channels, progress);
        if (sink && input.layer >= 0) {
            add_gram(grams, input, decoder.backend(), progress);
        }
    };
    HiddenStates hidden = decoder.embed(windows, source, progress);
    for (int layer = 0; layer < decoder.blocks(); ++layer) {
        progress.report(
            static_cast<double>(layer) / decoder.blocks(),
            Sentence(QL_TR("core", "Running layer {} of {}"), layer + 1, decoder.blocks()));
        decoder.run_block(decoder.load(layer, source, progress), hidden, hook, progress);
        if (sink) {
            sink(layer, grams);
            grams.clear();
        }
    }
    decoder.finish(hidden, source, hook, progress);
    progress.report(1);
    return calibration;
}

ImportanceMatrix importance_matrix(const Calibration& calibration, const Model& model,
                                   const std::string& text, bool with_output) {
    ImportanceMatrix matrix;
    matrix.datasets = {text};
    matrix.chunk_count = static_cast<std::uint32_t>(calibration.windows);
    matrix.chunk_size = static_cast<std::uint32_t>(calibration.context);
    for (const ModelTensor& tensor : model.tensors()) {
        const InputStatistics* statistics = calibration.of(tensor);
        const bool wanted = tensor.layer >= 0 || with_output;
        if (statistics != nullptr && wanted && !tensor.gguf_name.empty()) {
            matrix.entries[tensor.gguf_name] = entry_of(*statistics);
        }
    }
    return matrix;
}

}  // namespace ql
