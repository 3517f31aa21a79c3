#include "app/cli/info_imatrix.h"

#include <cmath>

#include <fmt/core.h>

#include "app/cli/output.h"
#include "core/files/escape.h"
#include "core/measure/importance_statistics.h"

namespace ql::cli {

namespace {

nlohmann::ordered_json to_json(const ImportanceMatrix& matrix) {
    nlohmann::ordered_json json = {
        {"path", matrix.path.string()},    {"format", "imatrix"},
        {"datasets", matrix.datasets},     {"chunk_count", matrix.chunk_count},
        {"chunk_size", matrix.chunk_size}, {"entries", nlohmann::ordered_json::array()}};
    for (const ImportanceStatistics& s : importance_statistics(matrix)) {
        json["entries"].push_back({{"name", s.name},
                                   {"columns", s.columns},
                                   {"experts", s.experts},
                                   {"tokens", s.tokens},
                                   {"sum", s.sum},
                                   {"min", s.min},
                                   {"max", s.max},
                                   {"mean", s.mean},
                                   {"stddev", s.stddev},
                                   {"active", s.active},
                                   {"entropy", s.entropy},
                                   {"normalized_entropy", s.normalized_entropy},
                                   {"outliers", s.outliers},
                                   {"cosine_before", json_number(s.cosine_before)}});
    }
    return json;
}

void print(const ImportanceMatrix& matrix) {
    fmt::print("{}\n  importance matrix of {} tensors\n",
               for_terminal(matrix.path.filename().string()), matrix.entries.size());
    for (const std::string& dataset : matrix.datasets) {
        fmt::print("  made from     {}\n", escaped(dataset));
    }
    if (matrix.chunk_count > 0) {
        fmt::print("  chunks        {}{}\n", matrix.chunk_count,
                   matrix.chunk_size > 0 ? fmt::format(" of {} tokens", matrix.chunk_size) : "");
    }
    fmt::print("\n");
    Table table({"tensor", "columns", "mean", "max", "entropy", "active", "outliers", "cosine"});
    for (const ImportanceStatistics& s : importance_statistics(matrix)) {
        const std::string columns = s.experts > 1 ? fmt::format("{} × {}", s.experts, s.columns)
                                                  : fmt::to_string(s.columns);
        table.add(
            {escaped(s.name), columns, fmt::format("{:.4g}", s.mean), fmt::format("{:.4g}", s.max),
             fmt::format("{:.1f} %", 100 * s.normalized_entropy),
             fmt::format("{:.1f} %", 100 * s.active), fmt::format("{:.1f} %", 100 * s.outliers),
             std::isnan(s.cosine_before) ? "" : fmt::format("{:.3f}", s.cosine_before)});
    }
    table.print();
    fmt::print(
        "\nOf the mean squared activation of every column. Entropy: 100 % when all columns matter"
        " alike.\nActive: above 1e-5. Outliers: over mean + standard deviation. Cosine: with the"
        " block before.\n");
}

}  // namespace

void show_imatrix(const Settings& settings, const ImportanceMatrix& matrix) {
    if (settings.json) {
        print_json(to_json(matrix));
    } else {
        print(matrix);
    }
}

}  // namespace ql::cli
