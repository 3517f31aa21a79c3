#include "core/export/verify.h"

#include <fmt/core.h>

#include "app/cli/commands.h"

namespace ql::cli {

void add_verify(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "verify",
                    "Re-open a model, decode all of it, and compare it with the hashes "
                    "that an export stores");
    auto path = std::make_shared<std::string>();
    command->add_option("FILE", *path, "A .gguf or .safetensors file, or a folder")->required();
    command->callback([&settings, path] {
        const VerifyResult result = verify_file(*path, terminal_progress(settings));
        finish_progress();
        nlohmann::ordered_json problems = nlohmann::ordered_json::array();
        for (const Sentence& problem : result.problems) {
            problems.push_back(problem.english());
            if (!settings.json) {
                fmt::print("{}\n", for_terminal(problem.english()));
            }
        }
        nlohmann::ordered_json notes = nlohmann::ordered_json::array();
        for (const Sentence& note : result.notes) {
            notes.push_back(note.english());
            if (!settings.json && !settings.quiet) {
                fmt::print(stderr, "note: {}\n", for_terminal(note.english()));
            }
        }
        if (settings.json) {
            print_json({{"ok", result.ok()},
                        {"problems", problems},
                        {"notes", notes},
                        {"tensors", result.tensors},
                        {"hashes_compared", result.hashes_compared}});
        } else if (!result.ok()) {
            fmt::print("{}: not good.\n", for_terminal(*path));
        } else if (result.hashes_compared == 0) {
            fmt::print(
                "{}: readable. {} tensors decoded; it keeps no hashes to compare them with.\n",
                for_terminal(*path), result.tensors);
        } else {
            fmt::print("{}: good. {} tensors decoded, {} compared with their stored hash.\n",
                       for_terminal(*path), result.tensors, result.hashes_compared);
        }
        if (!result.ok()) {
            throw CLI::RuntimeError(1);
        }
    });
}

}  // namespace ql::cli
