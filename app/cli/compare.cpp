#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "app/cli/calibration_options.h"
#include "app/cli/commands.h"
#include "app/cli/plan_options.h"
#include "app/cli/text_options.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"
#include "core/run/model_run.h"
#include "core/run/predictions.h"

namespace ql::cli {

namespace {

std::size_t fallbacks(const ModelRun& run) {
    return static_cast<std::size_t>(
        std::count_if(run.tensors.begin(), run.tensors.end(),
                      [](const TensorOutcome& t) { return !t.entry.fallback.empty(); }));
}

/// What was measured on weights, and on texts if any were named.
struct Comparison {
    std::vector<ModelRun> runs;
    std::vector<CalibratedPlan> calibrated;     ///< of each run
    std::vector<PredictionResult> predictions;  ///< the original's, then one of each run; or none
    bool outputs_on_text = false;               ///< errors of outputs; else on the calibration's

    bool has_outputs() const { return !predictions.empty(); }
    const OutputErrors& outputs(std::size_t run) const { return *predictions[run + 1].outputs; }
    bool has_evaluations() const {
        return !predictions.empty() && predictions.front().evaluation.tokens > 0;
    }
    const Evaluation& evaluation(std::size_t run) const { return predictions[run + 1].evaluation; }
};

nlohmann::ordered_json to_json(const Model& model, const Comparison& comparison) {
    nlohmann::ordered_json json;
    if (comparison.has_evaluations()) {
        append(comparison.predictions.front().evaluation, json["original"]);
    }
    json["schemes"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
        const ModelRun& run = comparison.runs[i];
        nlohmann::ordered_json entry = {{"scheme", run.label},
                                        {"bytes", std::llround(run.bytes)},
                                        {"bits_per_weight", run.bits_per_weight},
                                        {"weights", run.weights},
                                        {"mse", run.error.mse()},
                                        {"rmse", run.error.rmse()},
                                        {"max_error", run.error.max_error},
                                        {"sqnr", json_number(run.error.sqnr_db())},
                                        {"cosine", run.error.cosine()},
                                        {"relative_error", json_number(run.error.relative_error())},
                                        {"seconds", run.encode_seconds}};
        if (run.error.importance > 0) {
            entry["weighted_rmse"] = run.error.weighted_rmse();
        }
        const OutputErrors* outputs = comparison.has_outputs() ? &comparison.outputs(i) : nullptr;
        if (outputs != nullptr) {
            entry["output_error"] = json_number(outputs->mean_relative);
        }
        if (comparison.has_evaluations()) {
            append(comparison.evaluation(i), entry);
        }
        if (comparison.calibrated[i].transformed != nullptr) {
            entry["transform"] = report_json(*comparison.calibrated[i].transformed);
        }
        for (const TensorOutcome& outcome : run.tensors) {
            const ModelTensor& tensor = model.tensors()[outcome.tensor];
            if (!outcome.entry.fallback.empty()) {
                entry["fallbacks"].push_back(
                    {{"tensor", tensor.name}, {"reason", outcome.entry.fallback.english()}});
            }
            if (outcome.entry.scheme) {
                entry["tensors"].push_back({{"name", tensor.name},
                                            {"scheme", format(*outcome.entry.scheme)},
                                            {"rmse", outcome.error.rmse()},
                                            {"sqnr", json_number(outcome.error.sqnr_db())},
                                            {"max_error", outcome.error.max_error}});
                if (outcome.error.importance > 0) {
                    entry["tensors"].back()["weighted_rmse"] = outcome.error.weighted_rmse();
                }
                if (outputs != nullptr && outputs->tensors[outcome.tensor].output2 > 0) {
                    entry["tensors"].back()["output_error"] =
                        json_number(outputs->tensors[outcome.tensor].relative());
                }
                const RoundedTensors* rounded = comparison.calibrated[i].rounded.get();
                if (rounded != nullptr && rounded->contains(outcome.tensor)) {
                    entry["tensors"].back()["gptq"] =
                        report_json(rounded->at(outcome.tensor).report);
                }
            }
        }
        json["schemes"].push_back(std::move(entry));
    }
    return json;
}

void print(const Comparison& comparison) {
    const std::vector<ModelRun>& runs = comparison.runs;
    const bool weighted = std::any_of(runs.begin(), runs.end(),
                                      [](const ModelRun& run) { return run.error.importance > 0; });
    std::vector<std::string> heading = {"scheme",     "size",     "bits/weight",
                                        "RMSE",       "SQNR dB",  "max error",
                                        "1 - cosine", "encode s", "changed"};
    if (weighted) {
        heading.insert(heading.begin() + 4, "weighted RMSE");
    }
    if (comparison.has_outputs()) {
        heading.insert(heading.end() - 2, "output error");
    }
    Table table(heading);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const ModelRun& run = runs[i];
        std::vector<std::string> row = {run.label,
                                        human_bytes(run.bytes),
                                        fmt::format("{:.3f}", run.bits_per_weight),
                                        human_number(run.error.rmse()),
                                        fmt::format("{:.2f}", run.error.sqnr_db()),
                                        human_number(run.error.max_error),
                                        fmt::format("{:.3g}", 1 - run.error.cosine()),
                                        fmt::format("{:.2f}", run.encode_seconds),
                                        std::to_string(fallbacks(run))};
        if (weighted) {
            row.insert(row.begin() + 4, human_number(run.error.weighted_rmse()));
        }
        if (comparison.has_outputs()) {
            row.insert(row.end() - 2, fmt::format("{:.5f}", comparison.outputs(i).mean_relative));
        }
        table.add(std::move(row));
    }
    table.print();
    fmt::print(
        "\nSize: all tensors. Bits per weight and errors: the tensors that the scheme covers, which"
        " for a recipe\nare more than the linears. Encode s: encoding alone, summed over threads."
        " Changed: tensors that get\nsomething else than the scheme says.\n");
    if (weighted) {
        fmt::print(
            "Weighted RMSE: by importance, over the tensors that the importance matrix knows.\n");
    }
    if (comparison.has_outputs()) {
        fmt::print(
            "Output error: of what linears give on the {}, relative; the mean over all linears of"
            " the layers, each reading what it reads in the original.\n",
            comparison.outputs_on_text ? "text" : "calibration text");
        const bool fitted = std::any_of(runs.begin(), runs.end(), [](const ModelRun& run) {
            return run.plan.calibrates_weights();
        });
        if (fitted && !comparison.outputs_on_text) {
            fmt::print("GPTQ and AWQ were fitted to that very text, which flatters them.{}\n",
                       comparison.has_evaluations() ? "" : " --text FILE measures on another.");
        }
    }
}

void print(const std::vector<PredictionResult>& predictions, const EvaluationText& text) {
    Table table({"scheme", "perplexity", "±", "KL mean", "±", "KL 99.9 %", "same top %"});
    for (const PredictionResult& result : predictions) {
        const Evaluation& evaluation = result.evaluation;
        std::vector<std::string> row = {evaluation.label,
                                        fmt::format("{:.4f}", evaluation.perplexity.value),
                                        fmt::format("{:.3g}", evaluation.perplexity.error)};
        if (const auto& d = evaluation.divergence) {
            row.push_back(fmt::format("{:.6f}", d->mean_kl.value));
            row.push_back(fmt::format("{:.2g}", d->mean_kl.error));
            row.push_back(fmt::format("{:.5f}", d->kl.p99_9));
            row.push_back(fmt::format("{:.2f}", 100 * d->same_top.value));
        }
        row.resize(7);
        table.add(std::move(row));
    }
    fmt::print("\n");
    table.print();
    fmt::print("\n{} tokens scored in {} of {}, protocol {}.\n", text.scored_tokens(),
               counted(text.windows.size(), "window"), text.context, name(text.protocol));
}

/// A plan's text may hold commas: those of an expression's {1,2}.
std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    }
    return quoted + '"';
}

void write_csv(AtomicFile& file, const Comparison& comparison) {
    std::string text =
        "scheme,bytes,bits_per_weight,rmse,sqnr_db,max_error,cosine,encode_seconds,weighted_rmse,"
        "perplexity,kl_mean,kl_p99_9,same_top_token,output_error\n";
    for (std::size_t i = 0; i < comparison.runs.size(); ++i) {
        const ModelRun& run = comparison.runs[i];
        const bool weighted = run.error.importance > 0;
        text += fmt::format("{},{:.0f},{},{},{},{},{},{},{}", csv_field(run.label), run.bytes,
                            run.bits_per_weight, run.error.rmse(), run.error.sqnr_db(),
                            run.error.max_error, run.error.cosine(), run.encode_seconds,
                            weighted ? fmt::format("{}", run.error.weighted_rmse()) : "");
        if (!comparison.has_evaluations()) {
            text += ",,,,";
        } else {
            const Evaluation& evaluation = comparison.evaluation(i);
            text += fmt::format(
                ",{},{},{},{}", evaluation.perplexity.value, evaluation.divergence->mean_kl.value,
                evaluation.divergence->kl.p99_9, evaluation.divergence->same_top.value);
        }
        text += comparison.has_outputs() ? fmt::format(",{}\n", comparison.outputs(i).mean_relative)
                                         : ",\n";
    }
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

struct Arguments {
    std::string model;
    std::string schemes;
    std::string csv;
    TextOptions text;
    CalibrationChoice calibration;
    PlanOptions plan_options;
};

void run(const Settings& settings, const Arguments& arguments) {
    std::vector<Plan> plans = parse_plans(arguments.schemes);
    const auto importance = read_importance(arguments.plan_options);
    for (Plan& plan : plans) {
        add_tensor_types(arguments.plan_options, plan);
        require_importance(plan, importance.get());
    }
    RoundingFile kept(arguments.text.rounding());
    const auto model = Model::open(arguments.model);
    for (const Plan& plan : plans) {
        check_effect(settings, plan, *model, importance.get());
    }
    const Progress progress = terminal_progress(settings);
    std::optional<AtomicFile> table;
    if (!arguments.csv.empty()) {
        table.emplace(arguments.csv);  // a place that cannot be written to is told before the work
    }
    const bool on_text = !arguments.text.file.empty();
    const bool calibrates_weights = std::any_of(
        plans.begin(), plans.end(), [](const Plan& plan) { return plan.calibrates_weights(); });
    const bool runs_model = on_text || calibrates_weights || !arguments.calibration.file.empty();
    const bool outputs_on_text = on_text && arguments.calibration.file.empty();
    PredictionRequest request;
    request.model = model;
    request.plans = plans;
    request.importance = importance;
    if (on_text) {
        note_long_context(settings, arguments.text.context, *model, kPredictsWorse);
        note_activations(settings, StoredActivations(*model));
        request.text = read_text(arguments.text, *model, progress);
    }
    const bool calibrated = runs_model && uses_calibration(plans);
    std::vector<TokenIds> calibration;
    if (calibrated || !arguments.calibration.file.empty()) {
        note_long_context(settings, arguments.calibration.context, *model, kCalibratesWorse);
        calibration = calibration_windows(arguments.calibration, *model, progress);
    }
    if (!outputs_on_text) {
        request.calibration = calibration;
    }
    // Shares of the time: transforms and rounding on the calibration text, weights, predictions.
    const double rounded = calibrated ? 0.4 : 0;
    const double weighed = runs_model ? rounded + 0.1 * (1 - rounded) : 1;
    Comparison comparison;
    comparison.outputs_on_text = outputs_on_text;
    comparison.calibrated = calibrated ? calibrate_plans(model, plans, importance, calibration,
                                                         progress.part(0, rounded), &kept)
                                       : std::vector<CalibratedPlan>(plans.size());
    comparison.runs = run_model(*model, plans, progress.part(rounded, weighed), importance.get(),
                                comparison.calibrated);
    if (runs_model) {
        request.calibrated = comparison.calibrated;
        comparison.predictions =
            measure_predictions(request, arguments.text.evaluation(), progress.part(weighed, 1));
    }
    kept.remove();
    const EvaluationText& text = request.text;
    finish_progress();
    if (settings.json) {
        nlohmann::ordered_json json = to_json(*model, comparison);
        if (comparison.has_outputs()) {
            json["output_errors_on"] = outputs_on_text ? "text" : "calibration";
        }
        if (on_text) {
            json["protocol"] = name(text.protocol);
            json["context"] = text.context;
            json["tokens_scored"] = text.scored_tokens();
        }
        print_json(json);
    } else {
        for (const CalibratedPlan& of_plan : comparison.calibrated) {
            if (of_plan.rounded != nullptr && !settings.quiet) {
                print_troubles(*model, *of_plan.rounded);
            }
        }
        print(comparison);
        if (on_text) {
            print(comparison.predictions, text);
        }
    }
    if (table) {
        write_csv(*table, comparison);
    }
}

}  // namespace

void add_compare(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "compare",
                    "Apply several schemes to a model and compare errors of weights, of outputs "
                    "(where a scheme is calibrated, or --text or --calibration names a text) and, "
                    "with --text, of predictions");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("MODEL", arguments->model,
                     "A .gguf or .safetensors file, or a model directory")
        ->required();
    command
        ->add_option("--schemes", arguments->schemes,
                     "Schemes and recipes, for example q4_0,q4_k_m,int4:g128:asym,q4_k+search")
        ->required();
    add_plan_options(*command, arguments->plan_options);
    add_text_options(*command, arguments->text);
    add_calibration_options(*command, arguments->calibration);
    command->add_option("--csv", arguments->csv, "Also write the table to this file");
    command->callback([&settings, arguments] { run(settings, *arguments); });
}

}  // namespace ql::cli
