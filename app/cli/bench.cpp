#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/grids/throughput.h"
#include "core/run/method_speed.h"

namespace ql::cli {

namespace {

void bench_grids(const Settings& settings) {
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
}

void bench_gptq(const Settings& settings, std::int64_t width) {
    constexpr std::int64_t kGroup = 128;
    if (width <= 0 || width % kGroup != 0) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core", "The width must be a multiple of {}."), kGroup));
    }
    nlohmann::ordered_json results = nlohmann::ordered_json::array();
    Table table({"what", "seconds", "of matrix products' speed"});
    for (const MethodSpeed& step : measure_gptq(width)) {
        const std::string name = fmt::format("{} {} x {}", step.name, width, width);
        results.push_back({{"name", name},
                           {"value", step.seconds},
                           {"unit", "s"},
                           {"threads", thread_limit()},
                           {"gemm_share", step.gemm_share}});
        table.add({name, fmt::format("{:.2f}", step.seconds),
                   fmt::format("{:.0f} %", 100 * step.gemm_share)});
    }
    if (settings.json) {
        print_json({{"results", results}});
    } else {
        table.print();
    }
}

}  // namespace

void add_bench(CLI::App& app, Settings& settings) {
    CLI::App* command = add_command(
        app, settings, "bench",
        "Throughput of every grid on this machine with one thread, or the speed of GPTQ");
    const auto width = std::make_shared<std::int64_t>(0);
    CLI::Option* gptq = command->add_option(
        "--gptq", *width, "GPTQ of a WIDTH x WIDTH matrix with all threads, instead");
    gptq->check(CLI::Range(128, 16384));
    command->callback([&settings, width, gptq] {
        gptq->count() > 0 ? bench_gptq(settings, *width) : bench_grids(settings);
    });
}

}  // namespace ql::cli
