#include <algorithm>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/backend/tuned_start.h"
#include "core/base/parallel.h"
#include "core/base/parse_error.h"

namespace {

using namespace ql;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

int report(const cli::Settings& settings, std::string_view code, const std::string& message,
           const std::string& context) {
    cli::finish_progress();
    if (settings.json) {
        cli::print_json({{"error", {{"code", code}, {"message", message}, {"context", context}}}});
    } else {
        fmt::print(stderr, "quantloupe-cli: {}{}{}\n", cli::for_terminal(context),
                   context.empty() ? "" : ": ", cli::for_terminal(message));
    }
    return code == name(ErrorCode::usage) ? kUsage : kFailed;
}

/// Shows where in the text the problem is.
void point_at(const cli::Settings& settings, const ParseError& error) {
    if (!settings.json && !error.context().empty()) {
        const std::string before =
            cli::for_terminal(std::string_view(error.context()).substr(0, error.position()));
        fmt::print(stderr, "  {}\n  {}^\n", cli::for_terminal(error.context()),
                   std::string(cli::width(before), ' '));
    }
}

/// Whether the command line holds --json, also where it could not be parsed.
bool asks_for_json(int argc, char** argv) {
    const std::vector<std::string_view> arguments(argv, argv + argc);
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    return std::find(arguments.begin(), end, "--json") != end;
}

/// Reports what is wrong with the command line itself.
int report_usage(const cli::Settings& settings, const CLI::App& app, const CLI::Error& error) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
    }
    std::string problem = error.what();
    const bool lacks_command = !command->get_subcommands({}).empty();
    if (const auto rest = command->remaining();
        lacks_command && !rest.empty() && !rest.front().starts_with('-')) {
        problem = fmt::format("There is no command '{}'", rest.front());
    }
    const std::string context = command == &app ? "" : command->get_name();
    return report(settings, name(ErrorCode::usage), problem + "; see --help.", context);
}

}  // namespace

namespace ql::cli {

CLI::App* add_command(CLI::App& app, Settings& settings, const std::string& name,
                      const std::string& description) {
    CLI::App* command = app.add_subcommand(name, description);
    add_common_options(*command, settings);
    return command;
}

void add_common_options(CLI::App& app, Settings& settings) {
    app.add_flag("--json", settings.json, "Print machine-readable JSON");
    app.add_option_function<int>("--threads", set_thread_limit, "Threads to use (default: all)")
        ->check(CLI::Range(1, 1024));
    app.add_option("--backend", settings.backend, "Where to compute")
        ->check(CLI::IsMember({"auto", "cpu"}))
        ->capture_default_str();
    app.add_flag("--quiet", settings.quiet, "No progress, and no notes on stderr");
}

}  // namespace ql::cli

namespace {

int run(int argc, char** argv) {
    cli::Settings settings;
    CLI::App app("Look at what quantization does to a language model, choose, and export.",
                 "quantloupe-cli");
    app.set_version_flag("--version", QL_VERSION);
    app.require_subcommand(1);
    cli::add_common_options(app, settings);
    cli::add_info(app, settings);
    cli::add_stats(app, settings);
    cli::add_schemes(app, settings);
    cli::add_compare(app, settings);
    cli::add_quantize(app, settings);
    cli::add_tokenize(app, settings);
    cli::add_calibrate(app, settings);
    cli::add_perplexity(app, settings);
    cli::add_codec(app, settings);
    cli::add_verify(app, settings);
    cli::add_bench(app, settings);
    try {
        app.parse(argc, argv);
        cli::finish_progress();
        return 0;
    } catch (const CLI::RuntimeError& exit) {
        return exit.get_exit_code();
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error);  // --help, --version
        }
        settings.json = settings.json || asks_for_json(argc, argv);
        return report_usage(settings, app, error);
    } catch (const ParseError& error) {
        const int code = report(settings, name(error.code()), error.sentence().english(),
                                settings.json ? error.context() : "");
        point_at(settings, error);
        return code;
    } catch (const Error& error) {
        return report(settings, name(error.code()), error.sentence().english(), error.context());
    } catch (const std::bad_alloc&) {
        return report(settings, "limit", "There is not enough memory.", "");
    } catch (const std::exception& error) {
        return report(settings, "internal", error.what(), "");
    }
}

}  // namespace

int main(int argc, char** argv) {
    ql::start_tuned(argv);
    try {
        return run(argc, argv);
    } catch (...) {
        return kFailed;  // not even the message could be printed
    }
}
