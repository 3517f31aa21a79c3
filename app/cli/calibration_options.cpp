#include "app/cli/calibration_options.h"

#include <fmt/core.h>

namespace ql::cli {

void add_calibration_options(CLI::App& command, TextOptions& options) {
    command.add_option("--calibration", options.file,
                       "A text file, in UTF-8, that schemes with +gptq are calibrated on");
    command
        .add_option("--calibration-context", options.context,
                    "Tokens in a window of the calibration text")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command.add_option("--calibration-windows", options.windows,
                       "Use only so many windows of it (default: all)");
}

void require_calibration(const Plan& plan, const TextOptions& options) {
    if (plan.uses_gptq() && options.file.empty()) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The scheme {} rounds by what the model's linears read: name a "
                                   "calibration text with --calibration FILE."),
                             format(plan)));
    }
}

std::shared_ptr<const RoundedTensors> round_plan(
    const std::shared_ptr<const Model>& model, const Plan& plan,
    const std::shared_ptr<const ImportanceMatrix>& importance, const TextOptions& options,
    const Progress& progress) {
    if (!plan.uses_gptq()) {
        return nullptr;
    }
    const EvaluationText text = read_text(options, *model, progress);
    return std::make_shared<const RoundedTensors>(
        round_plan(Decoder(model), model, plan, importance, text.windows, progress));
}

std::vector<std::shared_ptr<const RoundedTensors>> round_plans(
    const std::shared_ptr<const Model>& model, const std::vector<Plan>& plans,
    const std::shared_ptr<const ImportanceMatrix>& importance, const TextOptions& options,
    const Progress& progress) {
    std::vector<std::shared_ptr<const RoundedTensors>> all;
    const auto count = static_cast<double>(plans.size());
    for (const Plan& plan : plans) {
        const auto done = static_cast<double>(all.size());
        all.push_back(round_plan(model, plan, importance, options,
                                 progress.part(done / count, (done + 1) / count)));
    }
    return all;
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
