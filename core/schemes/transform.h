#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace ql {

/// What AWQ's candidates for scales are judged by.
enum class AwqLoss {
    /// Σ over the linears that read the scaled input of ‖X ΔWᵀ‖² / ‖X Wᵀ‖²: each counts the same.
    linears,
    /// ‖ΔY‖² / ‖Y‖² of the output Y of the attention or MLP that these linears begin, as llm-awq
    /// has it; of linears that end one, their own.
    module,
};

/// AWQ's scaling: columns that read large activations are stored larger, by what was seen to help
/// most. Source: Lin et al., "AWQ: Activation-aware Weight Quantization" (2023).
struct Awq {
    AwqLoss loss = AwqLoss::linears;
    bool operator==(const Awq&) const = default;
};

/// SmoothQuant's migration of outliers from activations to weights, by s = max|x|^α / max|w|^(1-α).
/// Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large
/// Language Models" (2022).
struct Smooth {
    double alpha = 0.5;  ///< 0..1: how much of the difficulty goes to the weights
    bool operator==(const Smooth&) const = default;
};

/// What is done to the weights first, without changing the function of the model: columns of
/// linears are multiplied by s, and what they read is divided by s where it is made.
using Transform = std::variant<std::monostate, Awq, Smooth>;

inline bool transforms(const Transform& transform) {
    return !std::holds_alternative<std::monostate>(transform);
}

/// "awq/", "awq(module)/", "smooth(0.85)/", as it stands before a grid; nothing for none.
std::string format(const Transform& transform);

/// Reads "awq", "awq(module)", "smooth" or "smooth(0.85)", in lower case. Throws ParseError;
/// `offset` is added to positions.
Transform parse_transform(std::string_view text, std::size_t offset);

}  // namespace ql
