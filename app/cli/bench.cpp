#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/grids/throughput.h"

namespace ql::cli {

void add_bench(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "bench", "Throughput of every grid on this machine, one thread");
    command->callback([&settings] {
        nlohmann::ordered_json results = nlohmann::ordered_json::array();
        Table table({"what", "MB/s of float32"});
        for (const Throughput& entry : measure_throughput()) {
            results.push_back({{"name", entry.name},
                               {"value", entry.megabytes_per_second},
                               {"unit", "MB/s of float32"},
                               {"threads", 1}});
            table.add({entry.name, fmt::format("{:.0f}", entry.megabytes_per_second)});
        }
        if (settings.json) {
            print_json({{"results", results}});
        } else {
            table.print();
        }
    });
}

}  // namespace ql::cli
