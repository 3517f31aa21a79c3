#include "core/export/verify.h"

#include <fmt/core.h>

#include "app/cli/commands.h"

namespace ql::cli {

void add_verify(CLI::App& app, Settings& settings) {
    CLI::App* command = add_command(app, settings, "verify",
                                    "Re-open a model file and check every rule of its format");
    auto path = std::make_shared<std::string>();
    command->add_option("FILE", *path, "A .gguf or .safetensors file")->required();
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
        if (settings.json) {
            print_json({{"ok", result.ok()},
                        {"problems", problems},
                        {"tensors", result.tensors},
                        {"hashes_compared", result.hashes_compared}});
        } else if (result.ok()) {
            fmt::print("{}: good. {} tensors decoded, {} compared with their stored hash.\n",
                       for_terminal(*path), result.tensors, result.hashes_compared);
        }
        if (!result.ok()) {
            throw CLI::RuntimeError(1);
        }
    });
}

}  // namespace ql::cli
