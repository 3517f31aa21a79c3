// core/model/calibration: what a model's linears read while it predicts a text.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/files/imatrix.h"
#include "core/model/calibration/input_statistics.h"
#include "core/model/forward/decoder.h"

namespace ql {

/// The tensor that some linears of a block read; layer -1 for the output matrix.
struct InputPlace {
    int layer = 0;
    InputSite site = InputSite::attention;
    auto operator<=>(const InputPlace&) const = default;
};
/// Where a linear reads; nothing for other tensors.
std::optional<InputPlace> input_place(const ModelTensor& tensor);

/// Statistics of every input, shared by the linears that read it, and what they were made of.
struct Calibration {
    std::map<InputPlace, InputStatistics> inputs;
    std::size_t windows = 0;
    std::int64_t context = 0;  ///< tokens in a window

    const InputStatistics* of(const ModelTensor& tensor) const;
};

/// The Gram matrices of a block's inputs, complete: all tokens went through the block. They are
/// gone when the function returns.
using BlockGrams = std::map<InputSite, GramMatrix>;
/// Adds what some linears are about to read to the Gram matrix of their site. Throws
/// Error(bad_data) for activations that are not finite.
void add_gram(BlockGrams& grams, const LinearInput& input, const Backend& backend,
              const Progress& progress);
using BlockGramsSink = std::function<void(int layer, const BlockGrams& grams)>;

/// Runs all windows (of the same length) through the model, block by block, on the weights of
/// `source`. With a `sink` the Gram matrices are made too, those of one block at a time. Throws
/// what Decoder throws, and Error(bad_data) for activations that are not finite.
Calibration calibrate(const Decoder& decoder, const WeightSource& source,
                      const std::vector<TokenIds>& windows, const BlockGramsSink& sink = {},
                      const Progress& progress = {});

/// The calibration as an importance matrix of the model's linears, for llama.cpp and for fits with
/// +imatrix. `text` names the text; `with_output` adds the output matrix, which the other tools
/// leave out.
ImportanceMatrix importance_matrix(const Calibration& calibration, const Model& model,
                                   const std::string& text, bool with_output = false);

}  // namespace ql
