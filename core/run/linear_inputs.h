// What is learned of the inputs of a block's linears to find scales and bounds by. Only for
// core/run.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/model/calibration/calibration.h"
#include "core/run/quadratic_form.h"

namespace ql {

/// Of one input, over all tokens of a calibration.
struct LinearInputs {
    InputStatistics statistics;
    /// The Gram matrix of all tokens where that is no more work than a sample of 1024 of them,
    /// always the same ones; else the sample.
    QuadraticForm form;
    /// What was read in some whole windows, always the same ones: at most 1024 tokens together, the
    /// first of a window that is longer. No sequences where they were not asked for.
    HiddenStates stretches;
};

/// A block that is loaded, and who can run it.
struct LoadedBlock {
    const Decoder& decoder;
    const BlockWeights& weights;
};

/// What is to be learned where.
struct LearnedSites {
    std::set<InputSite> all;
    std::set<InputSite> stretches;  ///< those of them whose stretches are wanted
};

/// Takes hidden states of windows (of the same length) through a block, and returns what is
/// learned. Throws what Decoder::run_block throws, and Error(bad_data) for activations that are not
/// finite.
std::map<InputSite, LinearInputs> run_and_learn(const LoadedBlock& block, HiddenStates& hidden,
                                                const LearnedSites& sites,
                                                const Progress& progress);

/// Of one input of a calibration that is there: the Gram matrix if that was kept, else the sample;
/// without either the form has no channels. The statistics are without their sample, and there are
/// no stretches. Precondition: the calibration has the place.
LinearInputs kept_inputs(const Calibration& calibration, const InputPlace& place,
                         const Progress& progress);

}  // namespace ql
