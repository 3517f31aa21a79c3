#include "core/model/forward/decoder_spec.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "core/files/escape.h"
#include "core/grids/grid.h"
#include "core/model/forward/forward_settings.h"

namespace ql {

namespace {

// Far beyond any model, and small enough that BLAS's 32-bit sizes hold every row.
constexpr std::uint64_t kWidestRow = std::uint64_t{1} << 24;

[[noreturn]] void refuse(const Sentence& sentence) {
    throw Error(ErrorCode::unsupported, sentence);
}

bool has_experts(const Model& model) {
    if (const GgufMetadata* metadata = model.checkpoint().gguf()) {
        return metadata->uint(std::string(model.architecture()->gguf) + ".expert_count")
                   .value_or(0) > 0;
    }
    const nlohmann::json& config = text_config(model.checkpoint().config());
    for (const char* key : {"num_local_experts", "num_experts", "n_routed_experts"}) {
        const auto found = config.find(key);
        if (found != config.end() && found->is_number() && *found > 0) {
            return true;
        }
    }
    return false;
}

void check_known(const Model& model) {
    if (model.architecture() == nullptr) {
        refuse(Sentence(QL_TR("core",
                              "Its architecture is not known: the model can be viewed and "
                              "quantized, not run.")));
    }
    if (!model.hyperparameters()) {
        refuse(Sentence(QL_TR("core",
                              "The file has no hyper-parameters: its tensors can be looked "
                              "at, no more.")));
    }
    if (has_experts(model)) {
        refuse(
            Sentence(QL_TR("core", "Mixtures of experts can be viewed and quantized, not run.")));
    }
}

/// Tensors of a block that are not understood would silently be left out (scales of a format that
/// is not known, norms of a variant).
bool belongs_to_block(const ModelTensor& tensor) {
    constexpr std::array<std::string_view, 8> kBlocks = {"model.language_model.layers.",
                                                         "language_model.model.layers.",
                                                         "language_model.layers.",
                                                         "model.layers.",
                                                         "layers.",
                                                         "transformer.h.",
                                                         "h.",
                                                         "blk."};
    return std::any_of(kBlocks.begin(), kBlocks.end(),
                       [&](std::string_view prefix) { return tensor.name.starts_with(prefix); });
}

void check_tensors(const Model& model) {
    if (!model.missing().empty()) {
        refuse(Sentence(QL_TR("core",
                              "{} tensors that the architecture needs are missing; the first is "
                              "{}."),
                        model.missing().size(), model.missing().front()));
    }
    for (const ModelTensor& tensor : model.tensors()) {
        if (tensor.role == Role::other && belongs_to_block(tensor)) {
            refuse(Sentence(QL_TR("core",
                                  "It is not known what the tensor {} is for: the model can be "
                                  "viewed and quantized, not run."),
                            in_quotes(tensor.name)));
        }
        if (tensor.role != Role::other && !can_decode(tensor.dtype)) {
            refuse(
                Sentence(QL_TR("core", "The tensor {} has the type {}, which cannot be decoded."),
                         in_quotes(tensor.name), name(tensor.dtype)));
        }
    }
}

void check_sizes(const Hyperparameters& h) {
    const std::uint64_t attention = (h.head_count + 2 * h.head_count_kv) * h.head_dim;
    if (std::max({h.embedding_length, attention, 2 * h.feed_forward_length}) > kWidestRow) {
        throw Error(
            ErrorCode::limit,
            Sentence(QL_TR("core", "Rows of more than {} values cannot be run."), kWidestRow));
    }
}

std::vector<double> values_of(const Model& model, std::string_view name) {
    const ModelTensor* tensor = model.find(name);
    if (tensor == nullptr || tensor->values() > kWidestRow) {
        return {};
    }
    std::vector<float> values(tensor->values());
    model.rows(*tensor)->read(0, tensor->rows, values.data());
    return {values.begin(), values.end()};
}

/// The rotation with what GGUF files keep in tensors: divisors of Llama 3, factors of LongRoPE.
Rotary full_rotary(const Model& model) {
    Hyperparameters h = *model.hyperparameters();
    const GgufMetadata* metadata = model.checkpoint().gguf();
    if (metadata == nullptr) {
        return rotary_of(h);
    }
    const std::vector<double> longer = values_of(model, "rope_factors_long.weight");
    if (!longer.empty()) {
        const std::string prefix = std::string(model.architecture()->gguf) + ".rope.scaling.";
        RopeScaling scaling;
        scaling.type = "longrope";
        scaling.original_context = metadata->uint(prefix + "original_context_length").value_or(0);
        scaling.attention_factor = metadata->number(prefix + "attn_factor").value_or(1);
        scaling.long_factors = longer;
        scaling.short_factors = values_of(model, "rope_factors_short.weight");
        h.rope_scaling = scaling;
    }
    Rotary rotary = rotary_of(h);
    const std::vector<double> divisors = values_of(model, "rope_freqs.weight");
    if (!divisors.empty() && divisors.size() != rotary.frequencies.size()) {
        throw Error(ErrorCode::bad_file,
                    Sentence(QL_TR("core", "The tensor rope_freqs has {} values; {} are needed."),
                             divisors.size(), rotary.frequencies.size()));
    }
    for (std::size_t i = 0; i < divisors.size(); ++i) {
        rotary.frequencies[i] /= divisors[i];
    }
    // The rows of q and k were permuted so that neighbours turn together.
    rotary.interleaved = model.architecture()->gguf == "llama";
    return rotary;
}

void require_finite(const Rotary& rotary) {
    for (const std::vector<double>* frequencies : {&rotary.frequencies, &rotary.long_frequencies}) {
        if (!std::all_of(frequencies->begin(), frequencies->end(),
                         [](double frequency) { return std::isfinite(frequency); })) {
            throw Error(ErrorCode::bad_file,
                        Sentence(QL_TR("core",
                                       "Its RoPE scaling leads to frequencies that are not "
                                       "finite.")));
        }
    }
}

void describe_output(const Model& model, DecoderSpec& spec) {
    const TensorIndex tensors(model);
    const ModelTensor* output = tensors.find(Role::output);
    const ModelTensor& embedding = *tensors.find(Role::token_embedding);
    const bool gguf = model.checkpoint().gguf() != nullptr;
    spec.tied_output = gguf ? output == nullptr : model.hyperparameters()->tied_embeddings;
    if (!spec.tied_output && output == nullptr) {
        refuse(Sentence(QL_TR("core",
                              "Its output matrix is missing: the model can be viewed and "
                              "quantized, not run.")));
    }
    spec.vocabulary = spec.tied_output ? embedding.rows : output->rows;
    // A token without a logit could be read, but not scored.
    spec.embedding_rows = std::min(embedding.rows, spec.vocabulary);
    if (const ModelTensor* positions = tensors.find(Role::position_embedding)) {
        spec.longest_sequence = positions->rows;
    }
}

void describe_blocks(const Flavour& flavour, const ForwardSettings& settings, std::uint64_t count,
                     DecoderSpec& spec) {
    for (std::uint64_t i = 0; i < count; ++i) {
        BlockSpec block;
        block.window =
            settings.windowed[i] ? static_cast<std::int64_t>(settings.window.value_or(0)) : 0;
        block.local_rotary = flavour.local_rotary && settings.windowed[i];
        spec.blocks.push_back(block);
    }
}

}  // namespace

TensorIndex::TensorIndex(const Model& model) {
    for (const ModelTensor& tensor : model.tensors()) {
        tensors_.emplace(std::tuple(tensor.role, tensor.layer, tensor.bias), &tensor);
    }
}

const ModelTensor* TensorIndex::find(Role role, int layer, bool bias) const {
    const auto found = tensors_.find(std::tuple(role, layer, bias));
    return found == tensors_.end() ? nullptr : found->second;
}

DecoderSpec decoder_spec(const Model& model) {
    check_known(model);
    check_tensors(model);
    const Hyperparameters& h = *model.hyperparameters();
    check_sizes(h);
    const Flavour& flavour = flavour_of(*model.architecture());
    const ForwardSettings settings = forward_settings(model);
    DecoderSpec spec;
    spec.width = static_cast<std::int64_t>(h.embedding_length);
    spec.heads = static_cast<std::int64_t>(h.head_count);
    spec.kv_heads = static_cast<std::int64_t>(h.head_count_kv);
    spec.head_dim = static_cast<std::int64_t>(h.head_dim);
    spec.feed_forward = static_cast<std::int64_t>(h.feed_forward_length);
    spec.centred_norms = model.architecture()->norm == NormKind::layer;
    spec.norm_epsilon = h.norm_epsilon;
    if (flavour.scaled_embedding) {
        spec.embedding_scale = static_cast<float>(std::sqrt(static_cast<double>(spec.width)));
    }
    spec.attention_scale = static_cast<float>(1 / std::sqrt(settings.query_scalar));
    spec.attention_softcap = static_cast<float>(h.attention_softcap.value_or(0));
    spec.output_softcap = static_cast<float>(h.output_softcap.value_or(0));
    spec.activation = settings.activation;
    if (!flavour.learned_positions) {
        spec.rotary = full_rotary(model);
        require_finite(spec.rotary);
        spec.local_rotary =
            plain_rotary(settings.local_rope_base, static_cast<std::int64_t>(h.rope_dimension));
    }
    describe_blocks(flavour, settings, h.block_count, spec);
    describe_output(model, spec);
    return spec;
}

std::optional<Sentence> cannot_run(const Model& model) {
    try {
        decoder_spec(model);
        return std::nullopt;
    } catch (const Error& error) {
        return error.sentence();
    }
}

}  // namespace ql
