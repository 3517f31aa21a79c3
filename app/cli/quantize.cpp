#include <fmt/core.h>

#include "app/cli/calibration_options.h"
#include "app/cli/commands.h"
#include "app/cli/plan_options.h"
#include "core/export/gguf_export.h"
#include "core/files/escape.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string model;
    std::string scheme;
    std::string plan;
    std::string out;
    std::string format = "gguf";
    std::string rest;
    std::string state;  ///< --resume
    bool dry_run = false;
    PlanOptions plan_options;
    CalibrationChoice calibration;
};

Plan plan_of(const Arguments& arguments) {
    Plan plan = arguments.plan.empty() ? parse_plan(arguments.scheme) : read_plan(arguments.plan);
    add_tensor_types(arguments.plan_options, plan);
    return plan;
}

GgufExportOptions options_of(const Arguments& arguments) {
    GgufExportOptions options;
    options.importance = read_importance(arguments.plan_options);
    if (!arguments.rest.empty()) {
        options.rest = std::get<StorageGrid>(parse_grid(arguments.rest)).dtype;
    }
    return options;
}

std::string scheme_of(const PlanEntry& entry) {
    return entry.scheme ? format(*entry.scheme) : "keep";
}

/// What decided: the number of the plan's rule, counted from 1, "base", or null.
nlohmann::ordered_json rule_of(const PlanEntry& entry) {
    switch (entry.rule) {
        case PlanEntry::kNothing:
            return nullptr;
        case PlanEntry::kBase:
            return "base";
        default:
            return entry.rule + 1;
    }
}

nlohmann::ordered_json to_json(const Model& model, const GgufExport& plan) {
    nlohmann::ordered_json json = {{"file_bytes", plan.file_bytes}};
    json["notes"] = nlohmann::ordered_json::array();
    for (const Sentence& note : plan.notes) {
        json["notes"].push_back(note.english());
    }
    for (const GgufExportTensor& tensor : plan.tensors) {
        nlohmann::ordered_json entry = {{"name", tensor.name},
                                        {"dtype", name(tensor.dtype)},
                                        {"bytes", tensor.bytes},
                                        {"scheme", scheme_of(tensor.entry)},
                                        {"rule", rule_of(tensor.entry)}};
        if (tensor.tensor < model.tensors().size()) {
            entry["source"] = model.tensors()[tensor.tensor].name;
        }
        if (plan.rounded != nullptr && plan.rounded->contains(tensor.tensor)) {
            entry["gptq"] = report_json(plan.rounded->at(tensor.tensor).report);
        }
        if (!tensor.entry.fallback.empty()) {
            entry["fallback"] = tensor.entry.fallback.english();
        }
        json["tensors"].push_back(std::move(entry));
    }
    return json;
}

void print_plan(const GgufExport& plan) {
    Table table({"tensor", "type", "size", "scheme", "rule", "note"}, {1, 3, 4, 5});
    for (const GgufExportTensor& tensor : plan.tensors) {
        const nlohmann::ordered_json rule = rule_of(tensor.entry);
        table.add({escaped(tensor.name), std::string(name(tensor.dtype)),
                   human_bytes(static_cast<double>(tensor.bytes)), scheme_of(tensor.entry),
                   rule.is_string() ? rule.get<std::string>()
                   : rule.is_null() ? ""
                                    : rule.dump(),
                   for_terminal(tensor.entry.fallback.english())});
    }
    table.print();
}

void run(const Settings& settings, const Arguments& arguments) {
    const Plan plan = plan_of(arguments);
    const GgufExportOptions options = options_of(arguments);
    require_importance(plan, options.importance.get());
    if (std::filesystem::path(arguments.out).extension() != ".gguf") {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "What is written is GGUF: name the file .gguf.")),
                    arguments.out);
    }
    RoundingFile kept(arguments.state);
    const auto model = Model::open(arguments.model);
    GgufExport gguf = plan_gguf(*model, plan, options);
    for (const Sentence& note : gguf.notes) {
        if (!settings.json && !settings.quiet) {
            fmt::print(stderr, "note: {}\n", for_terminal(note.english()));
        }
    }
    if (arguments.dry_run) {
        if (settings.json) {
            print_json(to_json(*model, gguf));
        } else {
            print_plan(gguf);
            fmt::print("\n{} would be {}.\n", for_terminal(arguments.out),
                       human_bytes(static_cast<double>(gguf.file_bytes)));
        }
        return;
    }
    const Progress progress = terminal_progress(settings);
    const double calibrated = plan.uses_calibration() ? 0.9 : 0;
    const CalibratedPlan made = calibrate_plan(
        model, plan, options.importance, arguments.calibration, kept, progress.part(0, calibrated));
    const ExportResult result = write_calibrated_gguf(*model, gguf, made, options, arguments.out,
                                                      progress.part(calibrated, 1));
    kept.remove();
    finish_progress();
    if (made.rounded != nullptr && !settings.json && !settings.quiet) {
        print_troubles(*model, *made.rounded);
    }
    if (settings.json) {
        nlohmann::ordered_json json = to_json(*model, gguf);
        json["path"] = result.path.string();
        json["bytes"] = result.bytes;
        json["seconds"] = result.seconds;
        if (made.transformed != nullptr) {
            json["transform"] = report_json(*made.transformed);
        }
        json["verified"] = true;  // write_gguf throws where the check after writing fails
        print_json(json);
    } else {
        fmt::print("{}: {}, written and verified in {:.1f} s.\nRun it: llama-cli -m {}\n",
                   for_terminal(result.path.string()),
                   human_bytes(static_cast<double>(result.bytes)), result.seconds,
                   for_terminal(result.path.string()));
    }
}

}  // namespace

void add_quantize(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "quantize", "Quantize a model and write it as a file");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("MODEL", arguments->model,
                     "A .gguf or .safetensors file, or a model directory")
        ->required();
    CLI::Option* scheme =
        command->add_option("--scheme", arguments->scheme,
                            "Scheme of the linears or a recipe, for example q4_0 or q4_k_m");
    CLI::Option* plan =
        command->add_option("--plan", arguments->plan, "JSON file with rules: tensor -> scheme");
    scheme->excludes(plan);
    command->add_option("-o,--output", arguments->out, "File to write")->required();
    command->add_option("--format", arguments->format, "Format of the file")
        ->check(CLI::IsMember({"gguf"}))
        ->capture_default_str();
    command
        ->add_option("--rest", arguments->rest, "Type of the other matrices (default: as stored)")
        ->check(CLI::IsMember({"f32", "f16", "bf16"}));
    add_plan_options(*command, arguments->plan_options);
    add_calibration_options(*command, arguments->calibration);
    command->add_option(
        "--resume", arguments->state,
        "Keep what GPTQ has rounded in this file, and go on from it if it is there");
    command->add_flag("--dry-run", arguments->dry_run, "Show what would be written");
    command->callback([&settings, arguments] {
        if (arguments->scheme.empty() && arguments->plan.empty()) {
            throw CLI::RequiredError("--scheme or --plan");
        }
        run(settings, *arguments);
    });
}

}  // namespace ql::cli
