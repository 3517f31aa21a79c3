#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/progress.h"
#include "core/measure/token_statistics.h"
#include "core/model/forward/decoder.h"

namespace ql {

/// Two ways of measuring perplexity, whose numbers must never stand in one column. Both cut the
/// text into windows of `context` tokens, drop the rest, and run each window alone.
enum class Protocol {
    gptq,       ///< as in the GPTQ paper: every token but a window's first is scored
    llama_cpp,  ///< as llama-perplexity: the second half of a window is scored, and BOS, where the
                ///< vocabulary wants it, takes the place of each window's first token
};
std::string_view name(Protocol protocol);  ///< "gptq", "llama.cpp"

/// A text cut into windows, and what of them is scored.
struct EvaluationText {
    Protocol protocol = Protocol::gptq;
    std::int64_t context = 0;
    std::vector<TokenIds> windows;

    /// `bos` is the token that windows begin with under Protocol::llama_cpp, if any. At most
    /// `most_windows` windows are taken, all if it is 0. Throws Error(usage) for a context below 2
    /// (llama.cpp: 4) tokens or a text that is shorter than one window.
    static EvaluationText cut(const TokenIds& ids, Protocol protocol, std::int64_t context,
                              std::optional<std::int32_t> bos, std::size_t most_windows = 0);

    /// The same of a text in UTF-8, with the model's own tokenizer. Throws also what Tokenizer
    /// does.
    static EvaluationText of(const Model& model, std::string_view utf8, Protocol protocol,
                             std::int64_t context, std::size_t most_windows = 0,
                             const Progress& progress = {});

    std::int64_t tokens() const { return context * static_cast<std::int64_t>(windows.size()); }
    /// Whether the token after place `i` of a window is scored.
    bool scored(std::int64_t i) const {
        return i + 1 < context && (protocol == Protocol::gptq || i >= context / 2);
    }
    std::int64_t scored_tokens() const;
};

/// One of the models that are evaluated together.
struct EvaluatedModel {
    std::string label;  ///< what identifies it when an interrupted evaluation goes on
    std::shared_ptr<const WeightSource> weights;
};

/// What was measured of one model.
struct Evaluation {
    std::string label;
    Estimate perplexity;
    double nll = 0;                        ///< mean, nats per token
    std::int64_t tokens = 0;               ///< scored
    std::optional<Divergence> divergence;  ///< from the first model; nothing for itself
};

struct EvaluationOptions {
    /// For the hidden states of all models; the text is worked through in parts that fit, and every
    /// weight is decoded once for each part.
    std::uint64_t hidden_bytes = std::uint64_t{1} << 30;
    /// Where finished blocks and parts are kept, so that an interrupted evaluation goes on and ends
    /// with the very numbers it would have had. Removed at the end. Empty: nothing is kept.
    std::filesystem::path state;
    /// Keeping a state takes time itself, so it is done no more often than this.
    std::chrono::steady_clock::duration save_every = std::chrono::seconds(20);
    /// Called after each part with what is known by then.
    std::function<void(const std::vector<Evaluation>&)> partial;
};

/// Runs all models over the text in lockstep, block by block. The first one is the original that
/// the others are compared with. Beside the hidden states, one block of one model is in memory.
/// Throws what Decoder throws; Error(cancelled) leaves the state as it was kept last.
std::vector<Evaluation> evaluate(const Decoder& decoder, const std::vector<EvaluatedModel>& models,
                                 const EvaluationText& text, const EvaluationOptions& options = {},
                                 const Progress& progress = {});

}  // namespace ql
