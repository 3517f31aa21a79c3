#include "core/model/calibration/calibration.h"

#include <algorithm>
#include <cmath>

#include "core/base/hash.h"

namespace ql {

namespace {

/// SplitMix64 (Steele et al. 2014): a number that looks random, the same one everywhere.
std::uint64_t mixed(std::uint64_t number) {
    number += 0x9E3779B97F4A7C15;
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
    return number ^ (number >> 31);
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

void add_cross_gram(BlockCrossGrams& grams, std::span<const float> other, const LinearInput& input,
                    const Backend& backend, const Progress& progress) {
    const std::int64_t tokens = static_cast<std::int64_t>(input.values.size()) / input.channels;
    std::vector<float> lost(other.size());
    std::transform(other.begin(), other.end(), input.values.begin(), lost.begin(), std::minus<>());
    std::vector<double>& gram = grams[input.site];
    gram.resize(static_cast<std::size_t>(input.channels * input.channels));
    backend.add_cross_gram(tokens, input.channels, lost.data(), input.values.data(), gram.data(),
                           progress);
}

void keep_sample(const LinearInput& input, const std::vector<std::int64_t>& sampled,
                 std::vector<float>& sample) {
    const std::int64_t tokens = static_cast<std::int64_t>(input.values.size()) / input.channels;
    auto token = std::lower_bound(sampled.begin(), sampled.end(), input.first_token);
    for (; token != sampled.end() && *token < input.first_token + tokens; ++token) {
        const auto row = input.values.subspan(
            static_cast<std::size_t>((*token - input.first_token) * input.channels),
            static_cast<std::size_t>(input.channels));
        sample.insert(sample.end(), row.begin(), row.end());
    }
}

Calibration calibrate(const Decoder& decoder, const WeightSource& source,
                      const std::vector<TokenIds>& windows, const BlockGramsSink& sink,
                      const Progress& progress, std::int64_t sample_tokens) {
    Calibration calibration;
    calibration.windows = windows.size();
    calibration.context = windows.empty() ? 0 : static_cast<std::int64_t>(windows.front().size());
    calibration.sampled = sampled_tokens(calibration.tokens(), sample_tokens);
    BlockGrams grams;
    const LinearInputHook hook = [&](const LinearInput& input) {
        require_finite(input);
        const std::int64_t tokens = static_cast<std::int64_t>(input.values.size()) / input.channels;
        InputStatistics& statistics = calibration.inputs[{input.layer, input.site}];
        statistics.add(input.values.data(), tokens, input.channels, progress);
        keep_sample(input, calibration.sampled, statistics.sample);
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

std::vector<std::int64_t> sampled_tokens(std::int64_t tokens, std::int64_t count) {
    const std::int64_t parts = std::min(tokens, count);
    std::vector<std::int64_t> sampled;
    for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t begin = tokens / parts * part + tokens % parts * part / parts;
        const std::int64_t next = part + 1;
        const std::int64_t end = tokens / parts * next + tokens % parts * next / parts;
        const auto size = static_cast<std::uint64_t>(end - begin);
        sampled.push_back(
            begin + static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(part)) % size));
    }
    return sampled;
}

std::uint64_t weights_hash(const Model& model) {
    constexpr std::uint64_t kFirstBytes = 1024;
    std::string all;
    const Checkpoint& checkpoint = model.checkpoint();
    for (const StoredTensor& tensor : checkpoint.tensors()) {
        const auto bytes = checkpoint.bytes(tensor, 0, std::min(kFirstBytes, tensor.bytes));
        all += fmt::format("{} {} {} {}\n", tensor.name, name(tensor.dtype),
                           to_string(tensor.shape), hash_bytes(bytes.data(), bytes.size()));
    }
    return hash_bytes(all.data(), all.size());
}

ImportanceMatrix importance_matrix(const Calibration& calibration, const Model& model,
                                   bool with_output) {
    ImportanceMatrix matrix;
    matrix.datasets = {calibration.text};
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
