#pragma once

#include "core/model/forward/decoder.h"
#include "core/schemes/activations.h"

namespace ql {

/// Quantizes and dequantizes what linears are about to read, in place: the integer or FP8 kernel of
/// a runtime, whose products are exact, reads just these values. Under Scaling::tensor every
/// sequence has its own scale, so that its result does not depend on what else is run; under
/// Scaling::fixed all have `scale`. The same bits at any number of threads. Throws Error(bad_data)
/// for activations that are not finite, Error(cancelled).
void round_activations(const Activations& activations, float scale, const LinearInput& input,
                       const Backend& backend, const Progress& progress = {});

/// A hook that does so wherever `source` asks for it; nothing it refers to may be gone before it.
LinearInputHook activation_rounding(const WeightSource& source, const Backend& backend,
                                    const Progress& progress);

/// In which ways `source` rounds what the linears of a model of `blocks` blocks read: "int8:token";
/// empty: in none.
std::string rounded_activations(const WeightSource& source, int blocks);

}  // namespace ql
