#include <filesystem>

#include <fmt/core.h>

#include "app/cli/commands.h"
#include "app/cli/output.h"
#include "core/model/calibration/calibrate_model.h"
#include "core/model/calibration/calibration_file.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string model;
    std::string text;  ///< empty: the built-in one
    std::string out;
    bool output = false;
    double memory_gb = static_cast<double>(CalibrationOptions::kMemoryLimit) / 1e9;
    CalibrationOptions options;
};

/// Writes the form that the file's name asks for; returns how many entries it has.
std::size_t write(const Calibration& calibration, const Model& model, const Arguments& arguments) {
    const std::filesystem::path out = arguments.out;
    if (out.extension() == ".qlcal") {
        write_calibration(calibration, out);
        return calibration.inputs.size();
    }
    const ImportanceMatrix matrix = importance_matrix(calibration, model, arguments.output);
    write_imatrix(matrix, out,
                  out.extension() == ".dat" ? ImportanceFormat::dat : ImportanceFormat::gguf);
    return matrix.entries.size();
}

void run(const Settings& settings, const Arguments& arguments) {
    const std::filesystem::path ending = std::filesystem::path(arguments.out).extension();
    if (ending != ".gguf" && ending != ".dat" && ending != ".qlcal") {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The name says what is written: .gguf or .dat for an importance "
                                   "matrix, .qlcal for a calibration.")),
                    arguments.out);
    }
    const auto model = Model::open(arguments.model);
    const Progress progress = terminal_progress(settings);
    const CalibrationText text = arguments.text.empty()
                                     ? CalibrationText::built_in()
                                     : CalibrationText::read(arguments.text, progress);
    CalibrationOptions options = arguments.options;
    options.memory_limit = static_cast<std::uint64_t>(arguments.memory_gb * 1e9);
    std::vector<Sentence> notes;
    const Calibration calibration = calibrate_model(model, text, options, progress, &notes);
    const std::size_t entries = write(calibration, *model, arguments);
    finish_progress();
    if (settings.json) {
        nlohmann::ordered_json notes_json = nlohmann::ordered_json::array();
        for (const Sentence& note : notes) {
            notes_json.push_back(note.english());
        }
        print_json({{"path", arguments.out},
                    {"entries", entries},
                    {"text", calibration.text},
                    {"windows", calibration.windows},
                    {"context", calibration.context},
                    {"tokens", calibration.tokens()},
                    {"notes", notes_json}});
        return;
    }
    for (const Sentence& note : notes) {
        fmt::print("{}\n", for_terminal(note.english()));
    }
    const bool whole = std::filesystem::path(arguments.out).extension() == ".qlcal";
    fmt::print("{}: {} of {} {} from {} tokens.\n", for_terminal(arguments.out),
               whole ? "statistics" : "importance", entries, whole ? "inputs" : "matrices",
               calibration.tokens());
}

}  // namespace

void add_calibrate(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "calibrate",
                    "Run a model over a text and write what its linears read: an importance "
                    "matrix, or all statistics");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("MODEL", arguments->model, "A .gguf file, or a model directory")
        ->required();
    command->add_option("--text", arguments->text,
                        "A text in UTF-8, or .jsonl with a \"text\" in every line (default: the "
                        "built-in text, English, Chinese and code)");
    command
        ->add_option("--samples,--windows", arguments->options.samples,
                     "So many windows of the text, spread evenly over it; 0: all")
        ->capture_default_str();
    command->add_option("--context", arguments->options.context, "Tokens in a window")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command
        ->add_option("--memory", arguments->memory_gb, "Refuse what would need more memory, in GB")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        ->add_option("-o,--output", arguments->out,
                     "What to write: an importance matrix, .gguf or .dat for the old form; or "
                     ".qlcal, all statistics, for this program")
        ->required();
    command->add_flag("--output-matrix", arguments->output,
                      "In an importance matrix, also that of the output matrix");
    command->callback([&settings, arguments] { run(settings, *arguments); });
}

}  // namespace ql::cli
