#include <fmt/core.h>

#include "app/cli/commands.h"
#include "app/cli/text_options.h"
#include "core/model/calibration/calibration.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string model;
    std::string out;
    bool output = false;
    TextOptions text;
};

void run(const Settings& settings, const Arguments& arguments) {
    const auto model = Model::open(arguments.model);
    const Decoder decoder(model);
    const Progress progress = terminal_progress(settings);
    const EvaluationText text = read_text(arguments.text, *model, progress);
    const Calibration calibration =
        calibrate(decoder, StoredWeights(model), text.windows, {}, progress);
    const std::string name = std::filesystem::path(arguments.text.file).filename().string();
    const ImportanceMatrix matrix = importance_matrix(calibration, *model, name, arguments.output);
    const bool dat = std::filesystem::path(arguments.out).extension() == ".dat";
    write_imatrix(matrix, arguments.out, dat ? ImportanceFormat::dat : ImportanceFormat::gguf);
    finish_progress();
    if (settings.json) {
        print_json({{"path", arguments.out},
                    {"entries", matrix.entries.size()},
                    {"windows", text.windows.size()},
                    {"context", text.context},
                    {"tokens", text.tokens()}});
    } else {
        fmt::print("{}: importance of {} matrices from {} tokens.\n", for_terminal(arguments.out),
                   matrix.entries.size(), text.tokens());
    }
}

}  // namespace

void add_calibrate(CLI::App& app, Settings& settings) {
    CLI::App* command = add_command(app, settings, "calibrate",
                                    "Run a model over a text and write the importance matrix");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("MODEL", arguments->model, "A .gguf file, or a model directory")
        ->required();
    command
        ->add_option("-o,--output", arguments->out,
                     "Importance matrix to write: .gguf, or .dat for the old form")
        ->required();
    command->add_flag("--output-matrix", arguments->output, "Also of the output matrix");
    arguments->text.protocol = name(Protocol::llama_cpp);  // windows as llama-imatrix cuts them
    add_window_options(*command, arguments->text);
    command->get_option("--text")->required();
    command->callback([&settings, arguments] { run(settings, *arguments); });
}

}  // namespace ql::cli
