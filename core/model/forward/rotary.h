#pragma once

#include <cstdint>
#include <vector>

#include "core/backend/operations.h"
#include "core/base/progress.h"
#include "core/model/hyperparameters.h"

namespace ql {

/// Rotary position embedding with its scaling worked out: what remains is one angle for a position
/// and a pair of channels.
struct Rotary {
    /// Radians per position, one for each pair of channels that turns.
    std::vector<double> frequencies;
    /// LongRoPE: those of sequences of more than `short_length` tokens; else empty.
    std::vector<double> long_frequencies;
    std::int64_t short_length = 0;
    double amplitude = 1;  ///< of cosines and sines: scales attention (YaRN, LongRoPE)
    bool interleaved = false;

    /// Whether a sequence of `length` tokens turns by the long frequencies.
    bool is_long(std::int64_t length) const {
        return !long_frequencies.empty() && length > short_length;
    }
    /// For positions 0 .. length - 1 of a sequence of `length` tokens.
    RotationTable table(std::int64_t length, const Progress& progress = {}) const;
};

/// base^(-2i / dimensions) for each pair i.
Rotary plain_rotary(double base, std::int64_t dimensions);

/// The rotation of a model's layers (those with full attention where there are others), scaled as
/// `h.rope_scaling` says: linear, yarn (arXiv 2309.00071), llama3 (Llama 3.1), longrope (arXiv
/// 2402.13753, as published with Phi-3). Throws Error(unsupported) for another type, and
/// Error(bad_file) for numbers that make no sense.
Rotary rotary_of(const Hyperparameters& h);

}  // namespace ql
