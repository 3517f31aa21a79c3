#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/files/imatrix.h"
#include "core/model/forward/decoder.h"
#include "core/run/input_limits.h"
#include "core/run/rounding_file.h"
#include "core/run/tensor_rounding.h"
#include "core/schemes/plan.h"

namespace ql {

/// What calibration made of a plan's tensors with GPTQ, by index into Model::tensors(). These are
/// the bytes that are measured and exported: they depend on more than the tensor itself.
using RoundedTensors = std::map<std::size_t, RoundedTensor>;

/// Rounds all tensors that a plan gives GPTQ, block by block, on the inputs that `windows` (of the
/// same length) make. A block's inputs come from the quantized blocks before it (their activations
/// rounded, where the plan says so), or from the original model under Gptq::independent; inside a
/// block all linears are calibrated by one pass through its original weights. Under Gptq::gptaq the
/// original model is run beside the quantized blocks, and its inputs are compared with theirs.
/// `importance` may be null, and so may `limits` unless the plan fixes scales of activations. The
/// rounded tensors are held in memory as encoded; beside them the hidden states of all windows (of
/// up to two models), one block and its Gram matrices are. With `kept` every tensor is kept once it
/// is rounded, and what was kept before is taken: hidden states are then brought up to it by
/// running the finished blocks once more. Throws what Decoder, PlanWeights, RoundingFile and
/// gptq_round throw, Error(usage) without windows.
RoundedTensors round_plan(const Decoder& decoder, const std::shared_ptr<const Model>& model,
                          const Plan& plan,
                          const std::shared_ptr<const ImportanceMatrix>& importance,
                          const std::vector<TokenIds>& windows,
                          const std::shared_ptr<const InputLimits>& limits = nullptr,
                          const Progress& progress = {}, RoundingFile* kept = nullptr);

/// The rounded tensor of a plan's entry; null if the entry has no GPTQ. Throws Error(usage) if it
/// has, and `rounded` is null or lacks the tensor.
std::shared_ptr<const QuantizedTensor> rounded_tensor(const RoundedTensors* rounded,
                                                      std::size_t tensor, const PlanEntry& entry);

}  // namespace ql
