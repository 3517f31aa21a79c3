#pragma once

#include <compare>
#include <optional>

#include "core/model/forward/decoder.h"

namespace ql {

/// The tensor that some linears of a block read; layer -1 for the output matrix.
struct InputPlace {
    int layer = 0;
    InputSite site = InputSite::attention;
    auto operator<=>(const InputPlace&) const = default;
};
/// Where a linear reads; nothing for other tensors.
std::optional<InputPlace> input_place(const ModelTensor& tensor);

}  // namespace ql
