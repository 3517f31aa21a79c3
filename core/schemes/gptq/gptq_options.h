#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

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
    /// How much of GPTAQ's correction is made: the α of its authors' program.
    static constexpr double kGptaqStrength = 0.25;

    double damp = 0.01;  ///< added to the diagonal, as a share of its mean; more where it must be
    Order order = Order::fixed;
    bool independent = false;  ///< inputs are the original model's, not those of quantized blocks
    bool refit = false;        ///< scales are fitted once more, to the codes and the Gram matrix
    /// Later columns also make up for what the inputs themselves have lost, by blocks that are
    /// quantized already: outputs are to be those of the original model on its own inputs. Source:
    /// Li et al., "GPTAQ: Efficient Finetuning-Free Quantization for Asymmetric Calibration" (2025,
    /// arXiv 2504.02692).
    bool gptaq = false;
    bool operator==(const Gptq&) const = default;
};

/// Why options cannot stand together; nothing if they can.
std::optional<Sentence> refusal(const Gptq& gptq);

/// "+gptq", with what differs from the defaults: "+gptq(damp=0.05,order=none,independent,refit)".
std::string format(const Gptq& gptq);

/// Reads what stands between the parentheses, in lower case. Throws ParseError, also where
/// refusal() has a reason; `offset` is added to positions.
Gptq parse_gptq(std::string_view options, std::size_t offset);

}  // namespace ql
