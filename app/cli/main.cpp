#include <cstdio>
#include <exception>

#include <fmt/core.h>

#include "app/cli/commands.h"
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
        fmt::print(stderr, "quantloupe-cli: {}{}{}\n", context, context.empty() ? "" : ": ",
                   message);
    }
    return code == name(ErrorCode::usage) ? kUsage : kFailed;
}

/// Shows where in the text the problem is.
void point_at(const cli::Settings& settings, const ParseError& error) {
    if (!settings.json && !error.context().empty()) {
        fmt::print(stderr, "  {}\n  {}^\n", error.context(), std::string(error.position(), ' '));
    }
}

}  // namespace

namespace ql::cli {

CLI::App* add_command(CLI::App& app, Settings& settings, const std::string& name,
                      const std::string& description) {
    CLI::App* command = app.add_subcommand(name, description);
    command->add_flag("--json", settings.json, "Print machine-readable JSON");
    command->add_option("--threads", settings.threads, "Threads to use (default: all)")
        ->check(CLI::Range(1, 1024));
    command->add_option("--backend", settings.backend, "Where to compute")
        ->check(CLI::IsMember({"auto", "cpu"}))
        ->capture_default_str();
    command->add_flag("--quiet", settings.quiet, "No progress");
    command->preparse_callback([&settings](std::size_t) { set_thread_limit(settings.threads); });
    return command;
}

}  // namespace ql::cli

int main(int argc, char** argv) {
    cli::Settings settings;
    CLI::App app("Look at what quantization does to a language model, choose, and export.",
                 "quantloupe-cli");
    app.set_version_flag("--version", QL_VERSION);
    app.require_subcommand(1);
    cli::add_info(app, settings);
    cli::add_stats(app, settings);
    cli::add_schemes(app, settings);
    cli::add_compare(app, settings);
    cli::add_quantize(app, settings);
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
        return app.exit(error) == 0 ? 0 : kUsage;
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
