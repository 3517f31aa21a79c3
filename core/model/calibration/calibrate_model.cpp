#include "core/model/calibration/calibrate_model.h"

#include <algorithm>
#include <utility>

#include "core/base/parallel.h"

namespace ql {

namespace {

constexpr std::uint64_t kFloat = sizeof(float);
// The program, its libraries with BLAS's buffers for every thread, and what is being decoded.
constexpr std::uint64_t kProgramBytes = 128'000'000;
constexpr std::uint64_t kThreadBytes = 32'000'000;
constexpr std::int64_t kBatchTokens = 1024;  // as in Decoder::run_block
constexpr std::int64_t kSampleTokens = 256;
constexpr std::uint64_t kSampleBytes = 256'000'000;

std::uint64_t of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

/// Channels of a block's four inputs.
std::vector<std::int64_t> input_channels(const DecoderSpec& spec) {
    return {spec.width, spec.heads * spec.head_dim, spec.width, spec.feed_forward};
}

/// The weights of the largest block in float32.
std::uint64_t block_bytes(const Decoder& decoder) {
    std::vector<std::uint64_t> values(static_cast<std::size_t>(decoder.blocks()));
    for (const ModelTensor& tensor : decoder.model().tensors()) {
        if (tensor.layer >= 0 && tensor.layer < decoder.blocks()) {
            values[static_cast<std::size_t>(tensor.layer)] += tensor.values();
        }
    }
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end()) * kFloat;
}

std::uint64_t embedding_bytes(const Model& model) {
    const auto tensors = model.tensors();
    const auto found = std::find_if(tensors.begin(), tensors.end(), [](const ModelTensor& tensor) {
        return tensor.role == Role::token_embedding;
    });
    return found == tensors.end() ? 0 : found->bytes;
}

double gigabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e9; }

[[noreturn]] void refuse_memory(const CalibrationNeeds& needs, const CalibrationOptions& options) {
    throw Error(
        ErrorCode::limit,
        Sentence(options.grams
                     ? QL_TR("core",
                             "Calibration needs about {} GB of memory, more than the limit of {} "
                             "GB: take fewer or shorter samples, or leave out Gram matrices.")
                     : QL_TR("core",
                             "Calibration needs about {} GB of memory, more than the limit of {} "
                             "GB: take fewer or shorter samples."),
                 fmt::format("{:.1f}", gigabytes(needs.memory)),
                 fmt::format("{:.1f}", gigabytes(options.memory_limit))));
}

std::vector<std::string> texts_of(const Tokenizer& tokenizer, const CalibrationSamples& samples,
                                  const std::vector<std::int64_t>& sampled) {
    std::vector<std::string> texts;
    for (const std::int64_t token : sampled) {
        const TokenIds& window = samples.windows[static_cast<std::size_t>(token / samples.context)];
        const auto place = static_cast<std::size_t>(token % samples.context);
        texts.emplace_back(tokenizer.piece(window[place]));
    }
    return texts;
}

}  // namespace

std::uint64_t CalibrationNeeds::disk(std::uint64_t memory_limit) const {
    const std::uint64_t left = memory_limit > memory ? memory_limit - memory : 0;
    return grams > left ? grams - left : 0;
}

CalibrationNeeds calibration_needs(const Decoder& decoder, std::int64_t tokens,
                                   std::int64_t context, bool grams) {
    const DecoderSpec& spec = decoder.spec();
    const std::vector<std::int64_t> inputs = input_channels(spec);
    std::uint64_t channels = of(spec.width);  // of all inputs; the output matrix's first
    std::uint64_t square_bytes = 0;
    CalibrationNeeds needs;
    for (const std::int64_t input : inputs) {
        channels += of(input) * of(decoder.blocks());
        square_bytes += of(input) * of(input) * sizeof(double);
        needs.grams += grams ? GramStore::bytes_of(input) * of(decoder.blocks()) : 0;
    }
    needs.sample_tokens = std::min(
        {tokens, kSampleTokens, static_cast<std::int64_t>(kSampleBytes / kFloat / channels)});
    const std::uint64_t statistics =
        channels * (2 * sizeof(double) + kFloat + sizeof(std::int64_t)) +
        (inputs.size() * of(decoder.blocks()) + 1) * (sizeof(ValueCounts) + of(tokens) * kFloat) +
        channels * kFloat * of(needs.sample_tokens);
    const std::uint64_t hidden = of(tokens) * of(spec.width) * kFloat;
    const std::int64_t widest = std::max(spec.feed_forward, spec.heads * spec.head_dim);
    const std::int64_t side_by_side =
        std::max(2 * spec.feed_forward, (spec.heads + 2 * spec.kv_heads) * spec.head_dim);
    const std::uint64_t batch = of(std::min(tokens, std::max(kBatchTokens, context))) *
                                of(spec.width + side_by_side + widest) * kFloat;
    const std::uint64_t block = block_bytes(decoder) + batch + (grams ? square_bytes : 0);
    needs.memory = kProgramBytes + kThreadBytes * of(thread_limit()) + statistics + hidden +
                   std::max(block, embedding_bytes(decoder.model()));
    return needs;
}

void require_room(const CalibrationNeeds& needs, const CalibrationOptions& options) {
    if (needs.memory > options.memory_limit) {
        refuse_memory(needs, options);
    }
    const std::uint64_t disk = needs.disk(options.memory_limit);
    if (disk == 0) {
        return;
    }
    const std::filesystem::path folder = options.folder.empty() ? cache_folder() : options.folder;
    const std::uint64_t there = free_disk_bytes(folder);
    if (there > 0 && disk > there) {
        throw Error(ErrorCode::limit,
                    Sentence(QL_TR("core",
                                   "The Gram matrices need {} GB on the disk, which has {} GB "
                                   "left."),
                             fmt::format("{:.1f}", gigabytes(disk)),
                             fmt::format("{:.1f}", gigabytes(there))),
                    folder.string());
    }
}

Calibration calibrate_model(std::shared_ptr<const Model> model, const CalibrationText& text,
                            const CalibrationOptions& options, const Progress& progress,
                            std::vector<Sentence>* notes) {
    constexpr double kReading = 0.02;  // of the work: hardly any
    const Decoder decoder(model);
    const auto tokenizer = Tokenizer::of(*model);
    progress.report(0, Sentence(QL_TR("core", "Reading the text")));
    const CalibrationSamples samples = CalibrationSamples::cut(
        text, *tokenizer, options.samples, options.context, progress.part(0, kReading));
    const CalibrationNeeds needs =
        calibration_needs(decoder, samples.tokens(), options.context, options.grams);
    require_room(needs, options);
    if (notes != nullptr) {
        for (const Sentence& note : {text.note(), samples.note()}) {
            if (!note.empty()) {
                notes->push_back(note);
            }
        }
    }
    std::shared_ptr<GramStore> grams;
    BlockGramsSink sink;
    if (options.grams) {
        const auto folder = options.folder.empty() ? cache_folder() : options.folder;
        grams = std::make_shared<GramStore>(options.memory_limit - needs.memory, folder);
        sink = [&](int layer, const BlockGrams& block) {
            for (const auto& [site, gram] : block) {
                grams->put({layer, site}, gram);
            }
        };
    }
    Calibration calibration = calibrate(decoder, StoredWeights(model), samples.windows, sink,
                                        progress.part(kReading, 1), needs.sample_tokens);
    calibration.sampled_texts = texts_of(*tokenizer, samples, calibration.sampled);
    calibration.text = text.name;
    calibration.text_hash = text.hash();
    calibration.model = model->title();
    calibration.model_hash = weights_hash(*model);
    calibration.grams = std::move(grams);
    return calibration;
}

}  // namespace ql
