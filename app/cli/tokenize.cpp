#include <filesystem>
#include <memory>
#include <span>

#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/files/escape.h"
#include "core/files/mapped_file.h"
#include "core/model/tokenizer.h"

namespace ql::cli {

namespace {

struct Options {
    std::string model;
    std::string text;
    std::string file;
    bool special = false;
    bool no_bos = false;
};

std::string read(const std::filesystem::path& path) {
    const MappedFile file(path);
    const std::span<const std::byte> bytes = file.range(0, file.size());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

nlohmann::ordered_json to_json(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
    nlohmann::ordered_json json = {{"ids", ids}, {"pieces", nlohmann::ordered_json::array()}};
    for (const std::int32_t id : ids) {
        json["pieces"].push_back(tokenizer.piece(id));
    }
    return json;
}

void print(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
    for (const std::int32_t id : ids) {
        fmt::print("{:>7}  {}\n", id, in_quotes(tokenizer.piece(id)));
    }
    fmt::print("{} tokens\n", ids.size());
}

void run(const Settings& settings, const Options& options) {
    const auto tokenizer = Tokenizer::of(*Model::open(options.model));
    const std::string text = options.file.empty() ? options.text : read(options.file);
    const Progress progress = terminal_progress(settings);
    const auto ids = tokenizer->encode(text, {!options.no_bos, options.special}, progress);
    finish_progress();
    if (!settings.quiet && !is_utf8(text)) {
        fmt::print(stderr,
                   "note: The text is not UTF-8; every byte of no character counts as U+FFFD.\n");
    }
    if (settings.json) {
        print_json(to_json(*tokenizer, ids));
    } else {
        print(*tokenizer, ids);
    }
}

}  // namespace

void add_tokenize(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "tokenize", "The token ids of a text, by a model's tokenizer");
    auto options = std::make_shared<Options>();
    command->add_option("MODEL", options->model, "A .gguf file, or a model directory")->required();
    CLI::Option_group* text = command->add_option_group("text");
    text->add_option("--text", options->text, "The text itself");
    text->add_option("--file", options->file, "A file that holds it, in UTF-8");
    text->require_option(1);
    command->add_flag("--special", options->special,
                      "The names of control tokens in the text stand for these tokens");
    command->add_flag("--no-bos", options->no_bos,
                      "Leave out BOS and EOS also where the model wants them");
    command->callback([&settings, options] { run(settings, *options); });
}

}  // namespace ql::cli
