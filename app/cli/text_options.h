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
};

/// Adds --text, --context, --windows, --protocol and --resume; `options` must outlive the parsing.
void add_text_options(CLI::App& command, TextOptions& options);

/// The text in the model's tokens. Throws Error.
EvaluationText read_text(const TextOptions& options, const Model& model, const Progress& progress);

/// The model as it is stored, to compare with.
EvaluatedModel original(const std::shared_ptr<const Model>& model);

/// Appends what was measured, under the keys of the command line: perplexity, nll, …, kl,
/// same_top_token.
void append(const Evaluation& evaluation, nlohmann::ordered_json& json);

}  // namespace ql::cli
