// core/model/forward: running a model, in float32, block by block over many sequences: hidden
// states of all of them and the weights of one block are all that is in memory.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/progress.h"
#include "core/model/forward/block_weights.h"
#include "core/model/forward/decoder_spec.h"
#include "core/model/forward/input_site.h"
#include "core/model/forward/weight_source.h"

namespace ql {

using TokenIds = std::vector<std::int32_t>;

/// What the next block reads: a row of `width` values for every token.
struct HiddenStates {
    Sequences sequences;
    std::int64_t width = 0;
    std::vector<float> values;  ///< [tokens × width]
};

/// What linears are about to read, of whole sequences.
struct LinearInput {
    InputSite site;
    int layer;                   ///< -1 for the output matrix
    const Sequences& sequences;  ///< those of this call
    std::int64_t first_token;    ///< of them, counted over all hidden states
    std::int64_t channels;       ///< width of a row
    std::span<float> values;     ///< [tokens × channels]; what is written here is what they read
};
/// Called once for every site and token, sequences in order, by the thread that runs the model.
using LinearInputHook = std::function<void(const LinearInput&)>;

/// Tokens whose logits are had together: parts of some sequences.
struct TokenBatch {
    Sequences sequences;
    std::int64_t first_token = 0;  ///< counted over all hidden states
};
/// Batches of about 512 tokens; longer sequences are cut into several.
std::vector<TokenBatch> output_batches(const Sequences& sequences);

/// Some rows of the output matrix, in float32.
struct OutputPiece {
    std::int64_t first_row = 0;
    LinearWeights weights;

    std::int64_t rows() const { return weights.rows; }
};

/// Logits of some tokens for some rows of the vocabulary.
struct LogitsPiece {
    std::int64_t first_token;  ///< counted over all hidden states
    std::int64_t tokens;
    std::int64_t first_row;  ///< id of the first column's token
    std::int64_t rows;
    const float* values;  ///< [tokens × rows]
};

/// Runs the blocks of a model. Immutable; results are the same bits at any number of threads, and
/// for a sequence whatever other sequences are run with it. All functions may throw
/// Error(cancelled) and what reading weights throws.
class Decoder {
  public:
    /// Throws what decoder_spec throws. `backend` must outlive the decoder.
    explicit Decoder(std::shared_ptr<const Model> model, const Backend& backend = cpu_backend());

    const Model& model() const { return *model_; }
    const DecoderSpec& spec() const { return spec_; }
    const Backend& backend() const { return backend_; }
    int blocks() const { return static_cast<int>(spec_.blocks.size()); }

    /// What the first block reads. Throws Error(usage) for an empty sequence or an id that the
    /// model does not have, Error(limit) for a sequence longer than its learned positions.
    HiddenStates embed(const std::vector<TokenIds>& ids, const WeightSource& source,
                       const Progress& progress = {}) const;

    /// The weights of block `layer`, decoded once, for any number of run_block calls.
    BlockWeights load(int layer, const WeightSource& source, const Progress& progress = {}) const;

    /// The parts in which run_block takes sequences through a block: whole ones, in order.
    std::vector<TokenBatch> block_batches(const Sequences& sequences) const;

    /// Takes the hidden states through a block. Beside them, a batch of tokens is in memory: rows
    /// of some 64 MB, or about a thousand tokens (at least a sequence) where these are more.
    void run_block(const BlockWeights& weights, HiddenStates& hidden,
                   const LinearInputHook& hook = {}, const Progress& progress = {}) const;

    /// Takes what the norm before a block's attention or MLP (`site`: attention or feed_forward)
    /// gives through that module alone: `states` become its output, without a norm behind it and
    /// the residual stream. `readers` are the linears that read the states, in place of the block's
    /// own.
    void run_module(const BlockWeights& weights, InputSite site,
                    std::span<const LinearWeights> readers, HiddenStates& states,
                    const Progress& progress = {}) const;

    /// The norm after the last block, in place: hidden states become what the output matrix reads.
    void finish(HiddenStates& hidden, const WeightSource& source, const LinearInputHook& hook = {},
                const Progress& progress = {}) const;

    /// embed, all blocks in turn, finish.
    HiddenStates run(const std::vector<TokenIds>& ids, const WeightSource& source,
                     const LinearInputHook& hook = {}, const Progress& progress = {}) const;

    /// The rows of the output matrix from `first_row` on: at most `piece_rows`, or 64 MB of them if
    /// that is 0.
    OutputPiece load_output(std::int64_t first_row, const WeightSource& source,
                            const Progress& progress = {}, std::int64_t piece_rows = 0) const;

    /// Logits of a batch of finished hidden states for a piece of the vocabulary. `values` is where
    /// they lie.
    LogitsPiece logits(const OutputPiece& piece, const HiddenStates& finished,
                       const TokenBatch& batch, std::vector<float>& values,
                       const Progress& progress = {}) const;

  private:
    class RotationTables;
    struct Batch;
    void in_batches(int layer, HiddenStates& states, const std::function<void(Batch&)>& body,
                    const Progress& progress) const;
    void norm_states(const NormWeights& norm, Batch& batch, const Progress& progress) const;
    // From normed states to what is added to the residual stream, both in Batch::narrow.
    void attend(const BlockWeights& weights, std::span<const LinearWeights> qkv, Batch& batch,
                const LinearInputHook& hook, const Progress& progress) const;
    void feed_forward(const BlockWeights& weights, std::span<const LinearWeights> gate_up,
                      Batch& batch, const LinearInputHook& hook, const Progress& progress) const;
    void turn_heads(const BlockWeights& weights, Batch& batch, const Progress& progress) const;
    void add_residual(const std::optional<NormWeights>& post_norm, Batch& batch,
                      const Progress& progress) const;

    std::shared_ptr<const Model> model_;
    DecoderSpec spec_;
    TensorIndex tensors_;
    const Backend& backend_;
};

}  // namespace ql
