// SmoothQuant's scales, and what other strengths of it would do.
#pragma once

#include <vector>

#include "core/model/calibration/input_statistics.h"
#include "core/model/transform/scale_mappings.h"
#include "core/schemes/plan.h"

namespace ql {

/// Of each channel the largest |w| over the rows of a mapping's consumers.
std::vector<float> weight_maxima(const Model& model, const ScaleMapping& mapping,
                                 const Progress& progress);

/// s = max|x|^α / max|w|^(1-α), with the reference's clamps (mit-han-lab/smoothquant).
std::vector<float> smooth_scales(double alpha, const std::vector<float>& input_max,
                                 const std::vector<float>& weight_max);

/// A strength of SmoothQuant that was tried.
struct SmoothTrial {
    double alpha = 0;
    /// ‖Q(X) Ŵᵀ - X Wᵀ‖ / ‖X Wᵀ‖ with weights rounded to nearest and what they read rounded where
    /// the scheme says so, scales taken back; the mean over the mapping's consumers.
    double error = 0;
};

/// What to do without a sample of inputs.
Sentence needs_sample();

struct SmoothTask {
    const Model& model;
    const ScaleMapping& mapping;            ///< its producer is a norm
    const std::vector<PlanEntry>& entries;  ///< of all tensors; those of consumers have schemes
    const ImportanceMatrix* importance;     ///< may be null
    const InputStatistics& inputs;          ///< with a sample: it is what errors are measured on
};

/// Tries α = 0, 0.05, … 1. Precondition: the consumers agree in how what they read is stored. Where
/// activations share one scale, the sample does. Throws Error(usage) without a sample, what reading
/// rows throws, and Error(cancelled).
std::vector<SmoothTrial> sweep_smooth(const SmoothTask& task, const Progress& progress = {});

}  // namespace ql
