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
};

/// Takes hidden states through a block, and returns what is learned at `sites`. Throws what
/// Decoder::run_block throws, and Error(bad_data) for activations that are not finite.
std::map<InputSite, LinearInputs> run_and_learn(const Decoder& decoder, const BlockWeights& block,
                                                HiddenStates& hidden,
                                                const std::set<InputSite>& sites,
                                                const Progress& progress);

/// Of one input of a calibration that is there: the Gram matrix if that was kept, else the sample;
/// without either the form has no channels. The statistics are without their sample. Precondition:
/// the calibration has the place.
LinearInputs kept_inputs(const Calibration& calibration, const InputPlace& place,
                         const Progress& progress);

}  // namespace ql
