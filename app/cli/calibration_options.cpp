#include "app/cli/calibration_options.h"

#include <algorithm>
#include <functional>

#include <fmt/core.h>

#include "app/cli/plan_options.h"

namespace ql::cli {

namespace {

/// Refuses with a sentence what is no count.
std::string whole_number(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    return digits
               ? std::string()
               : fmt::format("'{}' is no number of windows: a whole one is, and 0 for all", text);
}

}  // namespace

void add_calibration_options(CLI::App& command, CalibrationChoice& choice) {
    command.add_option(
        "--calibration", choice.file,
        "A text in UTF-8, or .jsonl with a \"text\" in every line, that schemes with "
        "awq/, smooth()/, +clip, +gptq or static activations are calibrated on (default: the "
        "built-in text, English, Chinese and code)");
    command
        .add_option("--calibration-context", choice.context,
                    "Tokens in a window of the calibration text")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command
        .add_option("--calibration-samples", choice.samples,
                    "So many windows of it, spread evenly over it; 0: all")
        ->check(whole_number)
        ->capture_default_str();
}

std::vector<TokenIds> calibration_windows(const CalibrationChoice& choice, const Model& model,
                                          const Progress& progress) {
    refuse_calibration_file(choice.file, "--calibration takes a text");
    const CalibrationText text = choice.file.empty() ? CalibrationText::built_in()
                                                     : CalibrationText::read(choice.file, progress);
    return CalibrationSamples::cut(text, *Tokenizer::of(model), choice.samples, choice.context,
                                   progress)
        .windows;
}

CalibratedPlan calibrate_plan(const std::shared_ptr<const Model>& model, const Plan& plan,
                              const std::shared_ptr<const ImportanceMatrix>& importance,
                              const CalibrationChoice& choice, RoundingFile& kept,
                              const Progress& progress) {
    return plan.uses_calibration()
               ? ql::calibrate_plan(Decoder(model), model, plan, importance,
                                    calibration_windows(choice, *model, progress), progress, &kept)
               : CalibratedPlan();
}

namespace {

/// The largest of the channels' maxima, before scales and after them.
template <class Scale>
nlohmann::ordered_json largest_json(std::vector<float> maxima, const std::vector<float>& scales,
                                    const Scale& scale) {
    const float before = *std::max_element(maxima.begin(), maxima.end());
    std::transform(maxima.begin(), maxima.end(), scales.begin(), maxima.begin(), scale);
    return {{"before", before}, {"after", *std::max_element(maxima.begin(), maxima.end())}};
}

}  // namespace

nlohmann::ordered_json report_json(const TransformedModel& transformed) {
    const auto tensors = transformed.model->tensors();
    nlohmann::ordered_json json;
    for (const MappingReport& report : transformed.mappings) {
        const auto [least, largest] =
            std::minmax_element(report.scales.begin(), report.scales.end());
        nlohmann::ordered_json entry = {{"producer", tensors[report.mapping.producer].name},
                                        {"smallest_scale", *least},
                                        {"largest_scale", *largest}};
        entry["largest_input"] = largest_json(report.input_max, report.scales, std::divides<>());
        entry["largest_weight"] =
            largest_json(report.weight_max, report.scales, std::multiplies<>());
        for (const std::size_t consumer : report.mapping.consumers) {
            entry["consumers"].push_back(tensors[consumer].name);
        }
        if (!report.candidates.empty()) {
            const AwqCandidate& chosen = report.candidates[report.chosen];
            entry["alpha"] = chosen.alpha;
            entry["duo"] = chosen.duo;
            entry["losses_of"] = report.measured == AwqLoss::module ? "module" : "linears";
            entry["losses_on"] =
                report.sampled == 0 ? "all tokens" : fmt::format("{} tokens", report.sampled);
            for (const AwqCandidate& candidate : report.candidates) {
                entry["candidates"].push_back({{"alpha", candidate.alpha},
                                               {"duo", candidate.duo},
                                               {"loss", json_number(candidate.loss)}});
            }
        }
        json["mappings"].push_back(std::move(entry));
    }
    for (const ClipReport& report : transformed.clips) {
        json["clipped"].push_back({{"name", tensors[report.tensor].name},
                                   {"groups", report.spans},
                                   {"clipped_groups", report.clipped},
                                   {"error_before", json_number(report.error_before)},
                                   {"error_after", json_number(report.error_after)}});
    }
    return json;
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
