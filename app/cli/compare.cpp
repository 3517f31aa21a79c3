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
#include "core/run/output_error.h"
#include "core/run/plan_weights.h"

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
    std::vector<OutputErrors> outputs;    ///< of each run
    std::vector<Evaluation> evaluations;  ///< the original's, then one of each run
};

nlohmann::ordered_json to_json(const Model& model, const Comparison& comparison) {
    nlohmann::ordered_json json;
    if (!comparison.evaluations.empty()) {
        append(comparison.evaluations.front(), json["original"]);
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
        const OutputErrors* outputs = comparison.outputs.empty() ? nullptr : &comparison.outputs[i];
        if (outputs != nullptr) {
            entry["output_error"] = json_number(outputs->mean_relative);
        }
        if (!comparison.evaluations.empty()) {
            append(comparison.evaluations[i + 1], entry);
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
    if (!comparison.outputs.empty()) {
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
        if (!comparison.outputs.empty()) {
            row.insert(row.end() - 2, fmt::format("{:.5f}", comparison.outputs[i].mean_relative));
        }
        table.add(std::move(row));
    }
    table.print();
    fmt::print(
        "\nSize: all tensors. Bits per weight and errors: the tensors that the scheme covers."
        " Changed: tensors that get something else than the scheme says.\n");
    if (weighted) {
        fmt::print(
            "Weighted RMSE: by importance, over the tensors that the importance matrix knows.\n");
    }
    if (!comparison.outputs.empty()) {
        fmt::print(
            "Output error: of what linears give on the text, relative; the mean over all linears of"
            " the layers, each reading what it reads in the original.\n");
    }
}

void print(const std::vector<Evaluation>& evaluations, const EvaluationText& text) {
    Table table({"scheme", "perplexity", "±", "KL mean", "±", "KL 99.9 %", "same top %"});
    for (const Evaluation& evaluation : evaluations) {
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
    fmt::print("\n{} tokens scored in {} windows of {}, protocol {}.\n", evaluations.front().tokens,
               text.windows.size(), text.context, name(text.protocol));
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
        if (comparison.evaluations.empty()) {
            text += ",,,,";
        } else {
            const Evaluation& evaluation = comparison.evaluations[i + 1];
            text += fmt::format(
                ",{},{},{},{}", evaluation.perplexity.value, evaluation.divergence->mean_kl.value,
                evaluation.divergence->kl.p99_9, evaluation.divergence->same_top.value);
        }
        text += comparison.outputs.empty()
                    ? ",\n"
                    : fmt::format(",{}\n", comparison.outputs[i].mean_relative);
    }
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

struct Arguments {
    std::string model;
    std::string schemes;
    std::string csv;
    TextOptions text;
    TextOptions calibration;
    PlanOptions plan_options;
};

/// The original, and what each plan makes of it.
std::vector<EvaluatedModel> models_of(const std::shared_ptr<const Model>& model,
                                      const std::vector<Plan>& plans,
                                      const std::shared_ptr<const ImportanceMatrix>& importance) {
    std::vector<EvaluatedModel> models = {original(model)};
    for (const Plan& plan : plans) {
        models.push_back({format(plan), std::make_shared<PlanWeights>(model, plan, importance)});
    }
    return models;
}

/// The windows that errors of outputs are measured on: of the calibration text or else of the other
/// one, as many as their hidden states may take memory (AWQ's papers take 128 windows of 512).
std::vector<TokenIds> calibration_windows(const Arguments& arguments, const Model& model,
                                          const EvaluationText& text, const Progress& progress) {
    constexpr std::int64_t kMostTokens = 128 * 512;
    const bool own = !arguments.calibration.file.empty();
    EvaluationText chosen = own ? read_text(arguments.calibration, model, progress) : text;
    const auto most =
        static_cast<std::size_t>(std::max<std::int64_t>(1, kMostTokens / chosen.context));
    chosen.windows.resize(std::min(chosen.windows.size(), most));
    return std::move(chosen.windows);
}

void run(const Settings& settings, const Arguments& arguments) {
    std::vector<Plan> plans = parse_plans(arguments.schemes);
    const auto importance = read_importance(arguments.plan_options);
    for (Plan& plan : plans) {
        add_tensor_types(arguments.plan_options, plan);
        require_importance(plan, importance.get());
    }
    const auto model = Model::open(arguments.model);
    const Progress progress = terminal_progress(settings);
    std::optional<AtomicFile> table;
    if (!arguments.csv.empty()) {
        table.emplace(arguments.csv);  // a place that cannot be written to is told before the work
    }
    const bool on_text = !arguments.text.file.empty();
    const bool runs_model = on_text || !arguments.calibration.file.empty();
    EvaluationText text;
    if (on_text) {
        text = read_text(arguments.text, *model, progress);
    }
    // Shares of the time, where the model is run as well.
    constexpr double kWeights = 0.1;
    const double outputs_end = on_text ? 0.4 : 1;
    Comparison comparison;
    comparison.runs = run_model(*model, plans, runs_model ? progress.part(0, kWeights) : progress,
                                importance.get());
    if (runs_model) {
        const Decoder decoder(model);
        const std::vector<EvaluatedModel> models = models_of(model, plans, importance);
        comparison.outputs =
            measure_outputs(decoder, models, calibration_windows(arguments, *model, text, progress),
                            progress.part(kWeights, outputs_end));
        if (on_text) {
            comparison.evaluations = evaluate(decoder, models, text, arguments.text.evaluation(),
                                              progress.part(outputs_end, 1));
        }
    }
    finish_progress();
    if (settings.json) {
        nlohmann::ordered_json json = to_json(*model, comparison);
        if (on_text) {
            json["protocol"] = name(text.protocol);
            json["context"] = text.context;
            json["tokens_scored"] = text.scored_tokens();
        }
        print_json(json);
    } else {
        print(comparison);
        if (on_text) {
            print(comparison.evaluations, text);
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
                    "Apply several schemes to a model and compare errors of weights and, "
                    "with --text, of outputs and predictions");
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
