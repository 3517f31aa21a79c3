#include <fmt/core.h>

#include "app/cli/commands.h"
#include "app/cli/info_imatrix.h"
#include "core/files/escape.h"
#include "core/measure/memory.h"
#include "core/model/calibration/calibration_file.h"
#include "core/model/forward/decoder_spec.h"

namespace ql::cli {

namespace {

/// In F16, as runtimes keep it unless they are told otherwise. The model must have
/// hyper-parameters.
std::uint64_t kv_bytes_per_token(const Model& model) {
    return static_cast<std::uint64_t>(*kv_cache(model).bytes_per_token(DType::f16));
}

nlohmann::ordered_json to_json(const Model& model) {
    nlohmann::ordered_json json = {
        {"title", model.title()},
        {"path", model.checkpoint().path().string()},
        {"format", model.checkpoint().format() == CheckpointFormat::gguf ? "gguf" : "safetensors"},
        {"architecture", model.architecture() == nullptr ? "unknown" : model.architecture()->id},
        {"parameters", model.parameters()},
        {"file_bytes", model.checkpoint().file_bytes()},
    };
    if (const auto& h = model.hyperparameters()) {
        json["hyperparameters"] = {{"context_length", h->context_length},
                                   {"embedding_length", h->embedding_length},
                                   {"block_count", h->block_count},
                                   {"feed_forward_length", h->feed_forward_length},
                                   {"head_count", h->head_count},
                                   {"head_count_kv", h->head_count_kv},
                                   {"head_dim", h->head_dim},
                                   {"vocab_size", h->vocab_size}};
        json["kv_bytes_per_token"] = kv_bytes_per_token(model);
    }
    const std::optional<Sentence> problem = cannot_run(model);
    json["runnable"] = !problem;
    if (problem) {
        json["cannot_run"] = problem->english();
    }
    if (const GgufMetadata* metadata = model.checkpoint().gguf()) {
        for (const auto& [key, value] : metadata->entries()) {
            json["metadata"][key] = value.to_text();
        }
    }
    json["warnings"] = nlohmann::ordered_json::array();
    for (const Sentence& warning : model.warnings()) {
        json["warnings"].push_back(warning.english());
    }
    json["tensors"] = nlohmann::ordered_json::array();
    for (const ModelTensor& tensor : model.tensors()) {
        nlohmann::ordered_json entry = {{"name", tensor.name},
                                        {"role", name(tensor.role)},
                                        {"dtype", tensor.stored_as()},
                                        {"shape", tensor.shape},
                                        {"bytes", tensor.bytes}};
        if (tensor.layer >= 0) {
            entry["layer"] = tensor.layer;
        }
        json["tensors"].push_back(std::move(entry));
    }
    return json;
}

void print(const Model& model) {
    fmt::print("{}\n", escaped(model.title()));
    fmt::print("  architecture  {}\n",
               model.architecture() == nullptr ? "unknown" : model.architecture()->title);
    fmt::print("  parameters    {}\n", model.parameters());
    fmt::print("  on disk       {}\n",
               human_bytes(static_cast<double>(model.checkpoint().file_bytes())));
    if (const auto& h = model.hyperparameters()) {
        fmt::print("  layers        {} × {} wide, feed-forward {}\n", h->block_count,
                   h->embedding_length, h->feed_forward_length);
        fmt::print("  heads         {} of {}, {} for keys and values\n", h->head_count, h->head_dim,
                   h->head_count_kv);
        fmt::print("  vocabulary    {}\n", h->vocab_size);
        fmt::print("  context       {}\n", h->context_length);
        fmt::print("  KV cache      {} bytes per token (F16)\n", kv_bytes_per_token(model));
    }
    const std::optional<Sentence> problem = cannot_run(model);
    fmt::print("  can be run    {}\n",
               problem ? "no. " + for_terminal(problem->english()) : std::string("yes"));
    for (const Sentence& warning : model.warnings()) {
        fmt::print("  note          {}\n", for_terminal(warning.english()));
    }
    fmt::print("\n");
    Table table({"tensor", "role", "dtype", "shape", "size"}, {1, 2});
    for (const ModelTensor& tensor : model.tensors()) {
        table.add({escaped(tensor.name), std::string(name(tensor.role)), tensor.stored_as(),
                   to_string(tensor.shape), human_bytes(static_cast<double>(tensor.bytes))});
    }
    table.print();
}

/// Whether an opened file is an importance matrix in GGUF form.
bool is_imatrix(const Model& model) {
    const GgufMetadata* metadata = model.checkpoint().gguf();
    return metadata != nullptr && metadata->string("general.type") == "imatrix";
}

void show_calibration(const Settings& settings, const Calibration& calibration) {
    if (settings.json) {
        print_json({{"format", "calibration"},
                    {"model", calibration.model},
                    {"text", calibration.text},
                    {"windows", calibration.windows},
                    {"context", calibration.context},
                    {"inputs", calibration.inputs.size()}});
        return;
    }
    fmt::print(
        "A calibration of {} on {}: {} of {} tokens, statistics of {} inputs of linears.\n"
        "The window opens it; as an importance matrix: quantloupe-cli calibrate … -o FILE.gguf.\n",
        for_terminal(calibration.model), for_terminal(calibration.text),
        counted(calibration.windows, "window"), calibration.context, calibration.inputs.size());
}

void run(const Settings& settings, const std::filesystem::path& path) {
    // The old form has nothing else to be known by.
    if (path.extension() == ".dat" && std::filesystem::is_regular_file(path)) {
        show_imatrix(settings, read_imatrix(path));
        return;
    }
    if (path.extension() == ".qlcal") {
        show_calibration(settings, read_calibration(path));
        return;
    }
    const auto model = Model::open(path);
    if (is_imatrix(*model)) {
        show_imatrix(settings, read_imatrix(path));
    } else if (settings.json) {
        print_json(to_json(*model));
    } else {
        print(*model);
    }
}

}  // namespace

void add_info(CLI::App& app, Settings& settings) {
    CLI::App* command = add_command(app, settings, "info",
                                    "What a model is: architecture, parameters, tensors, sizes");
    auto path = std::make_shared<std::string>();
    command
        ->add_option("MODEL", *path,
                     "A .gguf or .safetensors file, a model directory, or an importance matrix")
        ->required();
    command->callback([&settings, path] { run(settings, *path); });
}

}  // namespace ql::cli
