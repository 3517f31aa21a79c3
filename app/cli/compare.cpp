#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/files/atomic_file.h"
#include "core/files/escape.h"
#include "core/run/model_run.h"

namespace ql::cli {

namespace {

std::size_t fallbacks(const ModelRun& run) {
    return static_cast<std::size_t>(
        std::count_if(run.tensors.begin(), run.tensors.end(),
                      [](const TensorOutcome& t) { return !t.entry.fallback.empty(); }));
}

nlohmann::ordered_json to_json(const Model& model, const std::vector<ModelRun>& runs) {
    nlohmann::ordered_json json = {{"schemes", nlohmann::ordered_json::array()}};
    for (const ModelRun& run : runs) {
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
            }
        }
        json["schemes"].push_back(std::move(entry));
    }
    return json;
}

void print(const std::vector<ModelRun>& runs) {
    Table table({"scheme", "size", "bits/weight", "RMSE", "SQNR dB", "max error", "1 - cosine",
                 "encode s", "kept"});
    for (const ModelRun& run : runs) {
        table.add({run.label, human_bytes(run.bytes), fmt::format("{:.3f}", run.bits_per_weight),
                   human_number(run.error.rmse()), fmt::format("{:.2f}", run.error.sqnr_db()),
                   human_number(run.error.max_error), fmt::format("{:.3g}", 1 - run.error.cosine()),
                   fmt::format("{:.2f}", run.encode_seconds), std::to_string(fallbacks(run))});
    }
    table.print();
    fmt::print(
        "\nSize: all tensors. Bits per weight and errors: the tensors that the scheme covers."
        " Kept: tensors that cannot take it.\n");
}

void write_csv(AtomicFile& file, const std::vector<ModelRun>& runs) {
    std::string text =
        "scheme,bytes,bits_per_weight,rmse,sqnr_db,max_error,cosine,encode_seconds\n";
    for (const ModelRun& run : runs) {
        text += fmt::format("{},{:.0f},{},{},{},{},{},{}\n", run.label, run.bytes,
                            run.bits_per_weight, run.error.rmse(), run.error.sqnr_db(),
                            run.error.max_error, run.error.cosine(), run.encode_seconds);
    }
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

}  // namespace

void add_compare(CLI::App& app, Settings& settings) {
    CLI::App* command = add_command(app, settings, "compare",
                                    "Apply several schemes to a model and compare weight errors");
    auto path = std::make_shared<std::string>();
    auto list = std::make_shared<std::string>();
    auto csv = std::make_shared<std::string>();
    command->add_option("MODEL", *path, "A .gguf or .safetensors file, or a model directory")
        ->required();
    command->add_option("--schemes", *list, "Schemes, for example q4_0,int4:g128:asym,q8_0")
        ->required();
    command->add_option("--csv", *csv, "Also write the table to this file");
    command->callback([&settings, path, list, csv] {
        const std::vector<Plan> plans = parse_plans(*list);
        const auto model = Model::open(*path);
        const Progress progress = terminal_progress(settings);
        std::optional<AtomicFile> table;
        if (!csv->empty()) {
            table.emplace(*csv);  // a place that cannot be written to is told before the work
        }
        const std::vector<ModelRun> runs = run_model(*model, plans, progress);
        finish_progress();
        if (settings.json) {
            print_json(to_json(*model, runs));
        } else {
            print(runs);
        }
        if (table) {
            write_csv(*table, runs);
        }
    });
}

}  // namespace ql::cli
