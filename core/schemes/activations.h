#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/grids/grid_spec.h"

namespace ql {

/// How what a linear reads is stored at run time: symmetric, with a scale max |x| / 127 (int8) or
/// max |x| / 448 (E4M3; E5M2: / 57344) in float32.
struct Activations {
    enum class Scaling {
        token,   ///< a scale for every token, found while the model runs
        tensor,  ///< one for all tokens of a sequence, found while the model runs
        fixed,   ///< one for all texts, found by a calibration ("static"); what is larger saturates
    };
    DType dtype = DType::i8;  ///< i8, f8_e4m3 or f8_e5m2
    Scaling scaling = Scaling::token;
    bool operator==(const Activations&) const = default;

    /// The grid of the values, whose rows are tokens.
    GridSpec grid() const;
    /// The scale of Scaling::fixed with which magnitudes up to `limit` do not saturate.
    float scale_reaching(float limit) const;
};

/// All of them, in the order in which they are offered.
std::vector<Activations> all_activations();

/// "int8:token", "fp8_e4m3:tensor", "int8:static": what stands behind the @ of a scheme.
std::string format(const Activations& activations);

/// The inverse; what says no scaling has a scale for every token. `text` is in lower case. Throws
/// ParseError; `offset` is added to positions.
Activations parse_activations(std::string_view text, std::size_t offset = 0);

}  // namespace ql
