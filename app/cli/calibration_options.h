// What `compare`, `perplexity` and `quantize` share: the text that schemes are calibrated on.
#pragma once

#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/output.h"
#include "core/model/calibration/calibration_text.h"
#include "core/run/calibrated_plan.h"

namespace ql::cli {

struct CalibrationChoice {
    std::string file;           ///< --calibration; empty: the built-in text
    std::size_t samples = 128;  ///< at most; 0: all that the text gives
    std::int64_t context = 512;
};

/// Adds --calibration, --calibration-context and --calibration-samples; `choice` must outlive the
/// parsing.
void add_calibration_options(CLI::App& command, CalibrationChoice& choice);

/// The text in windows of the model's tokens. Throws Error.
std::vector<TokenIds> calibration_windows(const CalibrationChoice& choice, const Model& model,
                                          const Progress& progress);

/// What calibration, on what was chosen, makes of a plan; nothing if it needs none. What GPTQ has
/// rounded goes to `kept`.
CalibratedPlan calibrate_plan(const std::shared_ptr<const Model>& model, const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const CalibrationChoice& choice, RoundingFile& kept,
                              const Progress& progress);

/// What was done at each mapping and to each clipped tensor.
nlohmann::ordered_json report_json(const TransformedModel& transformed);

/// "damp, increases, dead_columns", and the fallback if there is one.
nlohmann::ordered_json report_json(const GptqReport& report);

/// Says on stderr which tensors needed more damping or could not be compensated at all.
void print_troubles(const Model& model, const RoundedTensors& rounded);

}  // namespace ql::cli
