// What `compare`, `perplexity` and `quantize` share: the text that GPTQ is calibrated on.
#pragma once

#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/text_options.h"
#include "core/run/gptq_run.h"

namespace ql::cli {

/// Adds --calibration, --calibration-context and --calibration-windows; `options` must outlive the
/// parsing.
void add_calibration_options(CLI::App& command, TextOptions& options);

/// Throws Error(usage), with what to do, if a plan needs a calibration text and none was named.
void require_calibration(const Plan& plan, const TextOptions& options);

/// What GPTQ makes of each plan; null for plans without.
std::vector<std::shared_ptr<const RoundedTensors>> round_plans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const TextOptions& options,
    const Progress& progress);

/// The same of one plan.
std::shared_ptr<const RoundedTensors> round_plan(
    const std::shared_ptr<const Model>& model, const Plan& plan,
    const std::shared_ptr<const ImportanceMatrix>& importance, const TextOptions& options,
    const Progress& progress);

/// "damp, increases, dead_columns", and the fallback if there is one.
nlohmann::ordered_json report_json(const GptqReport& report);

/// Says on stderr which tensors needed more damping or could not be compensated at all.
void print_troubles(const Model& model, const RoundedTensors& rounded);

}  // namespace ql::cli
