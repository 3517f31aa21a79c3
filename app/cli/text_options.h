// What `perplexity` and `compare` share: a text, and how models are measured on it.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli/output.h"
#include "core/run/evaluation.h"

namespace ql::cli {

struct TextOptions {
    std::string file;  ///< --text
    std::int64_t context = 512;
    std::string protocol = "gptq";
    std::size_t windows = 0;  ///< 0: all
    std::string state;        ///< --resume

    EvaluationOptions evaluation() const;
    /// Where what GPTQ has rounded is kept; empty: nowhere.
    std::string rounding() const { return state.empty() ? "" : state + ".gptq"; }
};

/// Adds --text, --context, --windows, --protocol and --resume; `options` must outlive the parsing.
void add_text_options(CLI::App& command, TextOptions& options);

/// What follows of windows that are longer than what a model was made for.
inline constexpr std::string_view kPredictsWorse = "it predicts worse than it can";
inline constexpr std::string_view kCalibratesWorse =
    "its linears read what they never do in use, and calibrations are worse for it";

/// Tells on stderr if windows of `context` tokens are that long, and what follows.
void note_long_context(const Settings& settings, std::int64_t context, const Model& model,
                       std::string_view what_follows);

/// Tells on stderr whether a model's configuration wants activations rounded, and whether they are.
void note_activations(const Settings& settings, const StoredActivations& stored);

/// The text in the model's tokens. Throws Error.
EvaluationText read_text(const TextOptions& options, const Model& model, const Progress& progress);

/// Appends what was measured, under the keys of the command line: perplexity, nll, …, kl,
/// same_top_token.
void append(const Evaluation& evaluation, nlohmann::ordered_json& json);

}  // namespace ql::cli
