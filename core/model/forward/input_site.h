#pragma once

#include <optional>

#include "core/model/architecture.h"

namespace ql {

/// Where the linears of a block read. Linears at one site read the same tensor.
enum class InputSite {
    attention,         ///< q, k, v: after the norm before attention
    attention_output,  ///< o: the heads' results
    feed_forward,      ///< gate, up: after the norm before the MLP
    down,              ///< down: the activated product
    output,            ///< the output matrix: after the last norm
};
/// The site that a linear of this role reads; nothing for tensors that are no linears.
std::optional<InputSite> input_site(Role role);

}  // namespace ql
