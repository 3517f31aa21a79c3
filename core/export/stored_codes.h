// The codes of a quantized checkpoint, to be laid out in another way. Only for core/export.
#pragma once

#include <cstdint>

#include "core/base/progress.h"
#include "core/grids/grid.h"
#include "core/model/model.h"

namespace ql {

/// Puts the encoded rows of a packed matrix of the model into `out`, whose bytes have room for
/// them, and what they share; returns the hash of what they decode to. Precondition: groups are
/// made of neighbouring columns. Throws Error(bad_data) for values that are not finite,
/// Error(cancelled).
std::uint64_t take_stored_codes(const Model& model, const ModelTensor& tensor, QuantizedTensor& out,
                                const Progress& progress);

}  // namespace ql
