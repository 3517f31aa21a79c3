#pragma once

#include <memory>
#include <vector>

#include "core/model/calibration/calibration.h"
#include "core/run/evaluation.h"

namespace ql {

/// The error of a linear's output on calibration text, from its input's Gram matrix G:
/// tr(ΔW G ΔWᵀ) and tr(W G Wᵀ), the squared norms of X ΔWᵀ and X Wᵀ.
struct OutputError {
    double error2 = 0;
    double output2 = 0;

    double relative() const;  ///< ‖X ΔWᵀ‖ / ‖X Wᵀ‖; 0 if there is no error
};

/// Of one linear. Precondition: rows of both are as long as G. Throws what reading rows throws.
OutputError output_error(const RowSource& original, const RowSource& changed,
                         const GramMatrix& gram, const Progress& progress = {});

/// Errors of all linears of the decoder for one model.
struct OutputErrors {
    std::vector<OutputError> tensors;  ///< in the order of Model::tensors(); 0 for other tensors
    double mean_relative = 0;          ///< over the linears
};

/// Runs the first model, the original, on `windows`, and measures what its linears' outputs become
/// with the weights of the others (their original_rows), on the original's inputs. One result for
/// each other model. Where a model rounds what a linear reads, which a Gram matrix cannot show,
/// both squared norms are those of 512 tokens, sampled as calibrations do: ‖Q(X) Ŵᵀ - X Wᵀ‖² and ‖X
/// Wᵀ‖².
std::vector<OutputErrors> measure_outputs(const Decoder& decoder,
                                          const std::vector<EvaluatedModel>& models,
                                          const std::vector<TokenIds>& windows,
                                          const Progress& progress = {});

}  // namespace ql
