// What a forward pass needs to know beyond Hyperparameters. For core/model/forward, and for the
// export, which compares it with what llama.cpp does.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/backend/operations.h"
#include "core/model/model.h"

namespace ql {

/// Which blocks attend through a sliding window.
enum class Windows {
    none,
    all,
    last,      ///< those from max_window_layers on
    periodic,  ///< all but every period-th
};

/// How the forward pass of a family of models differs from the others: one row of a table.
struct Flavour {
    std::string_view architecture;  ///< Architecture::id
    Activation activation = Activation::silu;
    Windows windows = Windows::none;
    std::uint64_t period = 0;        ///< of Windows::periodic, unless the model says otherwise
    bool learned_positions = false;  ///< added to the embedding, instead of rotation
    bool scaled_embedding = false;   ///< by the root of the width
    bool query_scalar = false;       ///< attention is scaled by a number of the model, not head_dim
    bool local_rotary = false;       ///< windowed blocks rotate by a base of their own
    std::uint64_t largest_blocks = 0;  ///< blocks of the one size with another query scalar
};

/// The row of an architecture. Throws Error(unsupported) if there is none.
const Flavour& flavour_of(const Architecture& architecture);

/// The numbers that config.json or GGUF metadata give.
struct ForwardSettings {
    Activation activation = Activation::silu;
    std::optional<std::uint64_t> window;  ///< tokens that a windowed block sees
    std::vector<bool> windowed;           ///< block by block
    double query_scalar = 0;              ///< attention is scaled by its root
    double local_rope_base = 1e4;
};

/// Whether each block but every `period`-th attends through a window; none if that is 0.
std::vector<bool> windowed_but_every(std::uint64_t blocks, std::uint64_t period);

/// Which blocks attend through a window, as config.json lists them (layer_types) or by the rule of
/// the family. Throws Error(unsupported).
std::vector<bool> windowed_blocks(const Flavour& flavour, std::uint64_t blocks,
                                  const nlohmann::json& config);

/// Throws Error(unsupported) for a setting that the forward pass does not have, and Error(bad_file)
/// for an impossible one. The model must have an architecture and hyper-parameters.
ForwardSettings forward_settings(const Model& model);

}  // namespace ql
