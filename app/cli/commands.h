#pragma once

#include <CLI/CLI.hpp>

#include "app/cli/output.h"

namespace ql::cli {

// Each adds one command to `app`; the command runs when the command line was parsed. `settings`
// must outlive the parsing.
void add_info(CLI::App& app, Settings& settings);
void add_stats(CLI::App& app, Settings& settings);
void add_schemes(CLI::App& app, Settings& settings);
void add_compare(CLI::App& app, Settings& settings);
void add_quantize(CLI::App& app, Settings& settings);
void add_tokenize(CLI::App& app, Settings& settings);
void add_calibrate(CLI::App& app, Settings& settings);
void add_perplexity(CLI::App& app, Settings& settings);
void add_codec(CLI::App& app, Settings& settings);
void add_verify(CLI::App& app, Settings& settings);
void add_bench(CLI::App& app, Settings& settings);

/// --json, --threads, --backend, --quiet.
void add_common_options(CLI::App& app, Settings& settings);

/// A subcommand with the options that every command has.
CLI::App* add_command(CLI::App& app, Settings& settings, const std::string& name,
                      const std::string& description);

}  // namespace ql::cli
