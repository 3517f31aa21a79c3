#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ql {

/// How GPTQ rounds: the rounding axis of a scheme. Source: Frantar et al., "GPTQ: Accurate
/// Post-Training Quantization for Generative Pre-trained Transformers" (2022).
struct Gptq {
    /// In which order columns are rounded. Every order leaves a result that any format can hold.
    enum class Order {
        none,      ///< from left to right
        fixed,     ///< by falling activation, under parameters fitted to the original weights
        by_group,  ///< groups by their largest activation, columns inside each likewise
    };

    static constexpr double kMostDamp = 1;  ///< raised to at most, where a matrix is singular

    double damp = 0.01;  ///< added to the diagonal, as a share of its mean; more where it must be
    Order order = Order::fixed;
    bool independent = false;  ///< inputs are the original model's, not those of quantized blocks
    bool refit = false;        ///< scales are fitted once more, to the codes and the Gram matrix
    bool operator==(const Gptq&) const = default;
};

/// "+gptq", with what differs from the defaults: "+gptq(damp=0.05,order=none,independent,refit)".
std::string format(const Gptq& gptq);

/// Reads what stands between the parentheses, in lower case. Throws ParseError; `offset` is added
/// to positions.
Gptq parse_gptq(std::string_view options, std::size_t offset);

}  // namespace ql
