// What llama.cpp was seen to load. Only for core/export.
#pragma once

#include <optional>
#include <string_view>

#include "core/model/model.h"

namespace ql {

/// A check of exported models of one architecture: loaded by llama.cpp, and greedy continuation and
/// log-probabilities equal to an independent forward pass (tests/interop).
struct SeenInLlamaCpp {
    std::string_view architecture;  ///< Architecture::id
    std::string_view version;       ///< of the llama.cpp package it was seen with
    std::string_view date;
};

/// The check of an architecture; nothing when there was none.
const SeenInLlamaCpp* seen_in_llama_cpp(const Architecture& architecture);

/// Why llama.cpp would compute something else than the model of this configuration, although it
/// loads the architecture: activations, attention scales and layer patterns are fixed in its
/// graphs. For models in Hugging Face form.
std::optional<Sentence> llama_cpp_deviation(const Model& model);

/// Whether llama.cpp refuses a model of this name with these tokens: models called Phi-3 must have
/// the special tokens that Microsoft's have.
bool name_needs_other_tokens(std::string_view name, const std::vector<std::string>& tokens);

}  // namespace ql
