#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/progress.h"
#include "core/model/calibration/input_statistics.h"
#include "core/schemes/gptq/gptq.h"
#include "core/schemes/scheme.h"

namespace ql {

/// A tensor that GPTQ has rounded, rows in RowOrder::stored, and how.
struct RoundedTensor {
    std::shared_ptr<const QuantizedTensor> tensor;
    GptqReport report;
};

/// Columns that GPTQ under this scheme keeps together, of rows of `channels`: a factor serves all
/// schemes that agree in this, in damping and in order. Precondition: scheme.gptq.
std::int64_t factor_span(const Scheme& scheme, std::int64_t channels);

/// The factor of an input's Gram matrix that a scheme with GPTQ rounds on. Gptq::gptaq needs the
/// input's cross-Gram matrix as well (BlockCrossGrams), and throws Error(usage) without.
GptqFactor factor_for(const Scheme& scheme, const GramMatrix& gram, const Backend& backend,
                      const Progress& progress = {}, const std::vector<double>* cross = nullptr);

/// Rounds one tensor as a scheme with GPTQ says. Where the fit of its grid can weigh errors, it
/// does: by `importance` (one value for each column, or empty) under +imatrix, else by the factor's
/// own, that of the very inputs that errors are made up for. `watch` as in GptqTask. Throws what
/// gptq_round throws.
RoundedTensor round_tensor(const RowSource& rows, const Scheme& scheme, const GptqFactor& factor,
                           const std::vector<float>& importance, const Backend& backend,
                           const Progress& progress = {},
                           const std::function<void(const GptqStep&)>& watch = {});

}  // namespace ql
