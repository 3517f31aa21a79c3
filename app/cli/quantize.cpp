#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "app/cli/calibration_options.h"
#include "app/cli/commands.h"
#include "app/cli/plan_options.h"
#include "app/cli/text_options.h"
#include "core/export/export_plan.h"
#include "core/files/escape.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string model;
    std::string scheme;
    std::string plan;
    std::string out;
    std::string format = "gguf";
    bool format_chosen = false;
    std::string rest;
    std::uint64_t shard_bytes = ExportOptions().shard_bytes;
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

ExportOptions options_of(const Arguments& arguments) {
    ExportOptions options;
    options.format = *export_format_from_name(arguments.format);
    options.shard_bytes = arguments.shard_bytes;
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

nlohmann::ordered_json to_json(const Model& model, const ExportPlan& plan,
                               const CalibratedPlan& made = {}) {
    nlohmann::ordered_json json = {{"format", name(plan.format)}, {"file_bytes", plan.bytes}};
    json["notes"] = nlohmann::ordered_json::array();
    for (const Sentence& note : plan.notes) {
        json["notes"].push_back(note.english());
    }
    for (const ExportRow& tensor : plan.tensors) {
        nlohmann::ordered_json entry = {{"name", tensor.name},
                                        {"dtype", tensor.type},
                                        {"bytes", tensor.bytes},
                                        {"scheme", scheme_of(tensor.entry)},
                                        {"rule", rule_of(tensor.entry)}};
        if (tensor.tensor < model.tensors().size()) {
            entry["source"] = model.tensors()[tensor.tensor].name;
        }
        if (made.rounded != nullptr && made.rounded->contains(tensor.tensor)) {
            entry["gptq"] = report_json(made.rounded->at(tensor.tensor).report);
        }
        if (!tensor.entry.fallback.empty()) {
            entry["fallback"] = tensor.entry.fallback.english();
        }
        json["tensors"].push_back(std::move(entry));
    }
    return json;
}

/// The formats other than GGUF that can hold a plan, as --format takes them.
std::vector<std::string_view> formats_holding(const Model& model, const Plan& plan,
                                              ExportOptions options) {
    std::vector<std::string_view> names;
    for (const ExportFormat format : all_export_formats()) {
        options.format = format;
        try {
            if (is_folder(format)) {
                plan_export(model, plan, options);
                names.push_back(name(format));
            }
        } catch (const Error&) {  // cannot hold it either
        }
    }
    return names;
}

/// As plan_export; where nobody has chosen a format, the refusal of GGUF names those that would do.
ExportPlan plan_or_advise(const Model& model, const Plan& plan, const ExportOptions& options,
                          bool format_chosen) {
    try {
        return plan_export(model, plan, options);
    } catch (const Error& error) {
        if (format_chosen || error.code() != ErrorCode::unsupported) {
            throw;
        }
        const auto others = formats_holding(model, plan, options);
        if (others.empty()) {
            throw;
        }
        throw Error(
            error.code(),
            Sentence(QL_TR("core",
                           "{} Without --format GGUF is written; --format {} would hold "
                           "the plan."),
                     error.sentence().english(), fmt::format("{}", fmt::join(others, " or "))),
            error.context());
    }
}

std::string size_of(const ExportPlan& plan) {
    const std::string bytes = human_bytes(static_cast<double>(plan.bytes));
    const auto* folder = std::get_if<SafetensorsExport>(&plan.file);
    if (folder == nullptr) {
        return bytes;
    }
    std::uint64_t beside = 0;
    for (const auto& [file, content] : folder->companions) {
        beside += content.size();
    }
    return fmt::format("{} of weights in {}, and {} of tokenizer and settings", bytes,
                       counted(folder->shards, "file"), human_bytes(static_cast<double>(beside)));
}

/// Whether a text is a size, which it is turned into: "2000000000" of "2GB".
bool becomes_size(std::string& text) {
    try {
        const bool starts_as_number = !text.empty() && text.front() >= '0' && text.front() <= '9';
        return starts_as_number && CLI::AsSizeValue(true)(text).empty() && text != "0";
    } catch (const CLI::ValidationError&) {
        return false;  // an unknown unit, a number that is not whole
    }
}

/// Sizes of shards, refused by a sentence that names their forms.
std::string as_size(std::string& text) {
    const std::string given = text;
    return becomes_size(text) ? std::string()
                              : fmt::format(
                                    "'{}' is no size: it is a whole number above 0, of bytes or "
                                    "with a unit (500MB, 2GB, 4GiB)",
                                    given);
}

void print_plan(const ExportPlan& plan) {
    Table table({"tensor", "type", "size", "scheme", "rule", "note"}, {1, 3, 4, 5});
    for (const ExportRow& tensor : plan.tensors) {
        const nlohmann::ordered_json rule = rule_of(tensor.entry);
        table.add({escaped(tensor.name), tensor.type,
                   human_bytes(static_cast<double>(tensor.bytes)), scheme_of(tensor.entry),
                   rule.is_string() ? rule.get<std::string>()
                   : rule.is_null() ? ""
                                    : rule.dump(),
                   for_terminal(tensor.entry.fallback.english())});
    }
    table.print();
}

/// GGUF is a file of that ending, everything else a folder.
void require_fitting_name(ExportFormat format, const std::filesystem::path& out) {
    const bool gguf_name = out.extension() == ".gguf";
    if (!is_folder(format) && !gguf_name) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "What is written is GGUF: name the file .gguf.")),
                    out.string());
    }
    if (is_folder(format) && (gguf_name || out.extension() == ".safetensors")) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "What is written is a folder: give it another name.")),
                    out.string());
    }
}

void run(const Settings& settings, const Arguments& arguments) {
    const Plan plan = plan_of(arguments);
    const ExportOptions options = options_of(arguments);
    require_importance(plan, options.importance.get());
    if (!arguments.out.empty()) {
        require_fitting_name(options.format, arguments.out);
    }
    RoundingFile kept(arguments.state);
    const auto model = Model::open(arguments.model);
    const ExportPlan planned = plan_or_advise(*model, plan, options, arguments.format_chosen);
    for (const Sentence& note : planned.notes) {
        if (!settings.json && !settings.quiet) {
            fmt::print(stderr, "note: {}\n", for_terminal(note.english()));
        }
    }
    if (plan.uses_calibration()) {
        note_long_context(settings, arguments.calibration.context, *model, kCalibratesWorse);
    }
    if (arguments.dry_run) {
        if (!arguments.out.empty()) {
            check_target(*model, planned, arguments.out);
        }
        if (settings.json) {
            print_json(to_json(*model, planned));
        } else {
            print_plan(planned);
            const std::string target = arguments.out.empty()       ? "What is written"
                                       : is_folder(planned.format) ? "The folder " + arguments.out
                                                                   : arguments.out;
            fmt::print("\n{} would be {}.\n", for_terminal(target), size_of(planned));
            if (std::error_code ignored; std::filesystem::exists(arguments.out, ignored)) {
                fmt::print("It would replace the one that is there.\n");
            }
        }
        return;
    }
    prepare_target(*model, planned, arguments.out);
    const Progress progress = terminal_progress(settings);
    const double calibrated = plan.uses_calibration() ? 0.9 : 0;
    const auto start = std::chrono::steady_clock::now();
    const CalibratedPlan made = calibrate_plan(
        model, plan, options.importance, arguments.calibration, kept, progress.part(0, calibrated));
    const std::chrono::duration<double> calibrating = std::chrono::steady_clock::now() - start;
    const ExportResult result =
        write_export(*model, planned, made, arguments.out, progress.part(calibrated, 1));
    kept.remove();
    finish_progress();
    if (made.rounded != nullptr && !settings.json && !settings.quiet) {
        print_troubles(*model, *made.rounded);
    }
    if (settings.json) {
        nlohmann::ordered_json json = to_json(*model, planned, made);
        json["path"] = result.path.string();
        json["bytes"] = result.bytes;
        json["seconds"] = result.seconds;  // of writing and checking
        json["calibration_seconds"] = plan.uses_calibration() ? calibrating.count() : 0;
        if (made.transformed != nullptr) {
            json["transform"] = report_json(*made.transformed);
        }
        json["verified"] = true;  // writing throws where the check after writing fails
        print_json(json);
    } else {
        const std::string calibrated_in =
            plan.uses_calibration() ? fmt::format("calibrated in {:.1f} s, ", calibrating.count())
                                    : std::string();
        fmt::print("{}: {}, {}written and verified in {:.1f} s.\n{}\nRun it: {}\n",
                   for_terminal(result.path.string()),
                   human_bytes(static_cast<double>(result.bytes)), calibrated_in, result.seconds,
                   loaders_of(planned).english(), for_terminal(run_command(planned, result.path)));
        const auto other =
            std::count_if(planned.tensors.begin(), planned.tensors.end(),
                          [](const ExportRow& row) { return !row.entry.fallback.empty(); });
        if (other > 0) {
            fmt::print("{} got something else than was chosen; --dry-run lists them.\n",
                       counted(static_cast<std::uint64_t>(other), "tensor"));
        }
    }
}

}  // namespace

void add_quantize(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "quantize",
                    "Quantize a model and write it as a GGUF file or a folder (--format)");
    auto arguments = std::make_shared<Arguments>();
    command
        ->add_option("MODEL", arguments->model,
                     "A .gguf or .safetensors file, or a model directory")
        ->required();
    CLI::Option* scheme =
        command->add_option("--scheme", arguments->scheme,
                            "Scheme of the linears or a recipe, for example q4_0 or q4_k_m for "
                            "GGUF, int4:g128 or awq for a folder");
    CLI::Option* plan =
        command->add_option("--plan", arguments->plan, "JSON file with rules: tensor -> scheme");
    scheme->excludes(plan);
    command->add_option("-o,--output", arguments->out,
                        "File (GGUF) or folder to write; --dry-run can do without");
    std::vector<std::string> formats;
    for (const ExportFormat format : all_export_formats()) {
        formats.emplace_back(name(format));
    }
    CLI::Option* format =
        command
            ->add_option("--format", arguments->format,
                         "What to write: gguf is a file, everything else a folder")
            ->check(CLI::IsMember(formats))
            ->capture_default_str();
    CLI::Option* shards =
        command
            ->add_option(
                "--shard-size", arguments->shard_bytes,
                "Most bytes in one file of a folder, such as 2GB; a larger tensor has a file "
                "to itself")
            ->transform(CLI::Validator(as_size, "SIZE"))
            ->default_str("5GB");
    command
        ->add_option("--rest", arguments->rest,
                     "Type of the other matrices, and of dequantized weights (default: as stored)")
        ->check(CLI::IsMember({"f32", "f16", "bf16"}));
    add_plan_options(*command, arguments->plan_options);
    add_calibration_options(*command, arguments->calibration);
    command->add_option("--resume", arguments->state,
                        "Keep what GPTQ has rounded in this file, and go on from it if it is "
                        "there; it goes once the "
                        "export is written");
    command->add_flag("--dry-run", arguments->dry_run,
                      "Show what would be written, and check where");
    command->callback([&settings, arguments, format, shards] {
        if (arguments->scheme.empty() && arguments->plan.empty()) {
            throw CLI::RequiredError("--scheme or --plan");
        }
        if (arguments->out.empty() && !arguments->dry_run) {
            throw CLI::RequiredError("--output");
        }
        if (shards->count() > 0 && !is_folder(*export_format_from_name(arguments->format))) {
            throw CLI::ValidationError("--shard-size", "is for folders: a GGUF export is one file");
        }
        arguments->format_chosen = format->count() > 0;
        run(settings, *arguments);
    });
}

}  // namespace ql::cli
