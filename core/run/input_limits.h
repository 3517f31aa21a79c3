#pragma once

#include <map>
#include <vector>

#include "core/model/calibration/input_place.h"
#include "core/model/forward/decoder.h"

namespace ql {

/// How far what linears read reaches: the largest magnitude at every place of a model.
using InputLimits = std::map<InputPlace, float>;

/// Those that a model's own weights come to on `windows` (of the same length). Throws Error(usage)
/// without windows, what Decoder throws, and Error(bad_data) for
/// activations that are not finite.
InputLimits find_input_limits(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                              const std::vector<TokenIds>& windows, const Progress& progress = {});

}  // namespace ql
