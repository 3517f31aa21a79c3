#pragma once

#include <cstdint>
#include <optional>

#include "core/model/model.h"
#include "core/schemes/plan.h"

namespace ql {

/// What a runtime keeps of the tokens it has seen: a key and a value of every KV head in every
/// layer. The arithmetic of the formula, without what runtimes add (padding, buffers).
struct KvCache {
    std::int64_t layers = 0;    ///< all of them
    std::int64_t windowed = 0;  ///< of these, those whose attention sees `window` tokens only
    std::int64_t window = 0;    ///< tokens that such a layer keeps; it drops what is older
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;

    /// Of one token in all layers: layers × kv_heads × head_dim × 2 × bytes of a value. Nothing if
    /// heads are no whole blocks of `type`.
    std::optional<double> bytes_per_token(DType type) const;
    /// At `context` tokens. Nothing as above.
    std::optional<double> bytes(std::int64_t context, DType type) const;
};

/// Of models that cannot be run it is not known which layers have a window: all layers then count
/// in full. So do layers with fewer KV heads than the most that a layer has. Throws
/// Error(unsupported) for a model without hyper-parameters.
KvCache kv_cache(const Model& model);

/// The survey's estimate of a model's bytes: parameters × bits / 8, and a tenth for metadata.
double survey_estimate(std::uint64_t parameters, int bits);
inline constexpr double kSurveyOverhead = 0.1;

/// The bits that this estimate is given: those in the type's name, 4 for Q4_K.
int nominal_bits(DType dtype);
/// Likewise of a plan's base; nothing where everything keeps its type.
std::optional<int> nominal_bits(const Plan& plan);
/// The type in which most of a model's values are stored.
DType main_dtype(const Model& model);

}  // namespace ql
