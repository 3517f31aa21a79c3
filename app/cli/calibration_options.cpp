#include "app/cli/calibration_options.h"

#include <fmt/core.h>

namespace ql::cli {

void add_calibration_options(CLI::App& command, CalibrationChoice& choice) {
    command.add_option(
        "--calibration", choice.file,
        "A text in UTF-8, or .jsonl with a \"text\" in every line, that schemes with "
        "+gptq are calibrated on (default: the built-in text, English, Chinese and "
        "code)");
    command
        .add_option("--calibration-context", choice.context,
                    "Tokens in a window of the calibration text")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command
        .add_option("--calibration-samples", choice.samples,
                    "So many windows of it, spread evenly over it; 0: all")
        ->capture_default_str();
}

std::vector<TokenIds> calibration_windows(const CalibrationChoice& choice, const Model& model,
                                          const Progress& progress) {
    const CalibrationText text = choice.file.empty() ? CalibrationText::built_in()
                                                     : CalibrationText::read(choice.file, progress);
    return CalibrationSamples::cut(text, *Tokenizer::of(model), choice.samples, choice.context,
                                   progress)
        .windows;
}

std::shared_ptr<const RoundedTensors> round_plan(
    const std::shared_ptr<const Model>& model, const Plan& plan,
    const std::shared_ptr<const ImportanceMatrix>& importance, const CalibrationChoice& choice,
    const Progress& progress) {
    if (!plan.uses_gptq()) {
        return nullptr;
    }
    return round_plans(model, {plan}, importance, calibration_windows(choice, *model, progress),
                       progress)
        .front();
}

nlohmann::ordered_json report_json(const GptqReport& report) {
    nlohmann::ordered_json json = {{"damp", report.damp},
                                   {"increases", report.increases},
                                   {"dead_columns", report.dead_columns}};
    if (!report.fallback.empty()) {
        json["fallback"] = report.fallback.english();
    }
    return json;
}

void print_troubles(const Model& model, const RoundedTensors& rounded) {
    for (const auto& [tensor, of] : rounded) {
        const std::string name = for_terminal(model.tensors()[tensor].name);
        const GptqReport& report = of.report;
        if (!report.fallback.empty()) {
            fmt::print(stderr, "note: {}: {}\n", name, report.fallback.english());
        } else if (report.increases > 0) {
            fmt::print(stderr, "note: {}: damping raised to {:.4g}\n", name, report.damp);
        }
        if (report.dead_columns > 0) {
            fmt::print(stderr, "note: {}: {} columns are never used in the calibration\n", name,
                       report.dead_columns);
        }
    }
}

}  // namespace ql::cli
