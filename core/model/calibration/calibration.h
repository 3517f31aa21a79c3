// core/model/calibration: what a model's linears read while it predicts a text.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/files/imatrix.h"
#include "core/model/calibration/gram_store.h"
#include "core/model/calibration/input_place.h"
#include "core/model/calibration/input_statistics.h"
#include "core/model/forward/decoder.h"

namespace ql {

/// Statistics of every input, shared by the linears that read it, and what they were made of.
/// Immutable once it is shared.
struct Calibration {
    std::map<InputPlace, InputStatistics> inputs;
    std::size_t windows = 0;
    std::int64_t context = 0;  ///< tokens in a window
    /// The tokens whose rows every input keeps: places counted over all windows, rising.
    std::vector<std::int64_t> sampled;
    std::vector<std::string> sampled_texts;  ///< what these tokens stand for; may be empty

    std::string text;  ///< name of the text
    std::uint64_t text_hash = 0;
    std::string model;             ///< its title
    std::uint64_t model_hash = 0;  ///< see weights_hash
    /// The Gram matrices of the blocks' inputs, if they were wanted. Not written to files.
    std::shared_ptr<const GramStore> grams;

    const InputStatistics* of(const ModelTensor& tensor) const;
    std::int64_t tokens() const { return context * static_cast<std::int64_t>(windows); }
};

/// Throws Error(bad_data) for activations that are not finite.
void require_finite(const LinearInput& input);
/// Appends those rows of the input whose tokens are `sampled` (see sampled_tokens).
void keep_sample(const LinearInput& input, const std::vector<std::int64_t>& sampled,
                 std::vector<float>& sample);

/// The Gram matrices of a block's inputs, complete: all tokens went through the block. They are
/// gone when the function returns.
using BlockGrams = std::map<InputSite, GramMatrix>;
/// Adds what some linears are about to read to the Gram matrix of their site. Throws
/// Error(bad_data) for activations that are not finite.
void add_gram(BlockGrams& grams, const LinearInput& input, const Backend& backend,
              const Progress& progress);
/// D = Σ (x₀ - x) xᵀ of a block's inputs for the x₀ that another model has in place of x: what
/// GPTAQ goes by (Li et al. 2025, arXiv 2504.02692). [channels × channels], in float64.
using BlockCrossGrams = std::map<InputSite, std::vector<double>>;
/// Adds what some linears are about to read to the cross-Gram matrix of their site. `other`: x₀, of
/// the same tokens and channels. Precondition: all values are finite.
void add_cross_gram(BlockCrossGrams& grams, std::span<const float> other, const LinearInput& input,
                    const Backend& backend, const Progress& progress);
using BlockGramsSink = std::function<void(int layer, const BlockGrams& grams)>;

/// Runs all windows (of the same length) through the model, block by block, on the weights of
/// `source`. With a `sink` the Gram matrices are made too, those of one block at a time. The rows
/// of `sample_tokens` tokens (see sampled_tokens) are kept. Throws what Decoder throws, and
/// Error(bad_data) for activations that are not finite. See calibrate_model for the whole of it.
Calibration calibrate(const Decoder& decoder, const WeightSource& source,
                      const std::vector<TokenIds>& windows, const BlockGramsSink& sink = {},
                      const Progress& progress = {}, std::int64_t sample_tokens = 0);

/// `count` of the numbers below `tokens` (all if there are fewer), rising: one from each of as many
/// equal parts, always the same ones.
std::vector<std::int64_t> sampled_tokens(std::int64_t tokens, std::int64_t count);

/// Tells a model's weights from others: from names, types and shapes of the tensors, and the first
/// bytes of each.
std::uint64_t weights_hash(const Model& model);

/// The calibration as an importance matrix of the model's linears, for llama.cpp and for fits with
/// +imatrix. `with_output` adds the output matrix, which the other tools leave out.
ImportanceMatrix importance_matrix(const Calibration& calibration, const Model& model,
                                   bool with_output = false);

}  // namespace ql
