#pragma once

#include <cstdint>
#include <optional>

#include "core/model/model.h"
#include "core/schemes/plan.h"

namespace ql {

/// What a runtime keeps of the tokens it has seen: a key and a value of every KV head in every
/// layer. The arithmetic of the formula, without the buffers that runtimes add.
struct KvCache {
    std::int64_t layers = 0;    ///< all of them
    std::int64_t windowed = 0;  ///< of these, those that do not keep the whole context
    std::int64_t kept = 0;      ///< tokens that such a layer has room for; it drops what is older
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;

    /// Of one token in all layers: layers × kv_heads × head_dim × 2 × bytes of a value. Nothing if
    /// heads are no whole blocks of `type`.
    std::optional<double> bytes_per_token(DType type) const;
    /// At `context` tokens. Nothing as above.
    std::optional<double> bytes(std::int64_t context, DType type) const;
};

/// As llama.cpp lays it out for one sequence, in its default settings. Layers that attend through a
/// sliding window keep less than the context only in Gemma 2 and 3: llama.cpp gives the other
/// architectures with windows (Mistral, Phi-3, Qwen) a full cache. Source: llama-model.cpp
/// (swa_type) and llama-kv-cache-iswa.cpp.
///
/// Of models that cannot be run it is not known which layers have a window: all layers then count
/// in full. So do layers with fewer KV heads than the most that a layer has. Throws
/// Error(unsupported) for a model without hyper-parameters.
KvCache kv_cache(const Model& model);

/// Tokens that a layer with a sliding window has room for: the window, and a micro-batch that is
/// computed at once, in whole cells of the cache.
std::int64_t kept_tokens(std::int64_t window);
inline constexpr std::int64_t kMicroBatch = 512;  ///< --ubatch-size, unless given
inline constexpr std::int64_t kCacheCells = 256;

/// The survey's estimate of a model's bytes: parameters × bits / 8, and a tenth for metadata.
double survey_estimate(std::uint64_t parameters, int bits);
inline constexpr double kSurveyOverhead = 0.1;

/// The bits that this estimate is given: those in the type's name, 4 for Q4_K.
int nominal_bits(DType dtype);
/// Likewise of a plan's base; nothing where everything keeps its type.
std::optional<int> nominal_bits(const Plan& plan);
/// Of the type in which most of a model's values are stored.
int nominal_bits(const Model& model);

}  // namespace ql
