#pragma once

#include <filesystem>

#include "core/model/calibration/calibration.h"

namespace ql {

/// Writes a calibration, without its Gram matrices, atomically, as a GGUF file whose general.type
/// is "quantloupe.calibration": for every input, named blk.LAYER.SITE or output, the tensors
///   sum_abs, sum_squares  F64 [channels]         max_abs    F32 [channels]
///   strong                I64 [channels]         token_max  F32 [tokens]
///   counts                I64 [2 · bins + 2]: negative, positive, small, large (ValueCounts)
///   sample                F32 [sampled × channels], if there is one
/// and `sampled` I64 once. Throws Error(io).
void write_calibration(const Calibration& calibration, const std::filesystem::path& path);

/// Reads such a file; gives what was written to the bit. Throws Error(bad_file) for anything that
/// is not whole: sizes that do not fit each other, sums that are negative or not finite.
Calibration read_calibration(const std::filesystem::path& path);

/// Throws Error(bad_data) if the calibration was not made with this model's weights.
void require_fit(const Calibration& calibration, const Model& model);

}  // namespace ql
