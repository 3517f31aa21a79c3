#include <array>
#include <cmath>

#include <fmt/core.h>
#include <fnmatch.h>

#include "app/cli/commands.h"
#include "core/files/escape.h"
#include "core/measure/statistics.h"
#include "core/model/model.h"

namespace ql::cli {

namespace {

std::vector<const ModelTensor*> matching(const Model& model, const std::string& glob) {
    std::vector<const ModelTensor*> found;
    for (const ModelTensor& tensor : model.tensors()) {
        if (fnmatch(glob.c_str(), tensor.name.c_str(), 0) == 0 ||
            fnmatch(glob.c_str(), tensor.gguf_name.c_str(), 0) == 0) {
            found.push_back(&tensor);
        }
    }
    if (found.empty()) {
        throw Error(ErrorCode::not_found, Sentence(QL_TR("core", "No tensor is called {}."), glob));
    }
    return found;
}

nlohmann::ordered_json to_json(const ModelTensor& tensor, const TensorProfile& profile) {
    const Statistics& s = profile.statistics;
    const Histogram& h = profile.histogram;
    return {{"name", tensor.name},
            {"role", name(tensor.role)},
            {"dtype", tensor.stored_as()},
            {"shape", tensor.shape},
            {"count", s.count},
            {"zeros", s.zeros},
            {"nan", s.nan},
            {"infinite", s.infinite},
            {"mean", s.mean},
            {"stddev", s.stddev},
            {"skewness", s.skewness},
            {"kurtosis", s.kurtosis},
            {"min", s.min},
            {"max", s.max},
            {"abs_mean", s.abs_mean},
            {"median", s.median},
            {"quartiles", {s.quartile_low, s.quartile_high}},
            {"outliers_beyond_6_sigma", s.outliers},
            {"histogram", {{"lo", h.lo}, {"hi", h.hi}, {"counts", h.counts}}}};
}

/// The histogram in 64 characters, on a logarithmic scale.
std::string sparkline(const Histogram& histogram) {
    constexpr std::array kBars = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::size_t kWidth = 64;
    std::vector<double> bins(std::min(kWidth, histogram.counts.size()));
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        bins[i * bins.size() / histogram.counts.size()] += static_cast<double>(histogram.counts[i]);
    }
    const double tallest = std::log1p(*std::max_element(bins.begin(), bins.end()));
    std::string line;
    for (const double bin : bins) {
        const double share = tallest > 0 ? std::log1p(bin) / tallest : 0;
        line += kBars[static_cast<std::size_t>(std::ceil(share * (kBars.size() - 1)))];
    }
    return line;
}

void print_one(const ModelTensor& tensor, const TensorProfile& profile) {
    const Statistics& s = profile.statistics;
    fmt::print("\n{}  {} {}\n", escaped(tensor.name), to_string(tensor.shape), tensor.stored_as());
    fmt::print("  {:.4g} {} {:.4g}   (log counts)\n", s.min, sparkline(profile.histogram), s.max);
    fmt::print("  quartiles {:.4g}, {:.4g}, {:.4g}; skewness {:.3g}; {} zeros", s.quartile_low,
               s.median, s.quartile_high, s.skewness, s.zeros);
    fmt::print("{}\n", s.non_finite() == 0
                           ? std::string()
                           : fmt::format("; {} NaN, {} infinite", s.nan, s.infinite));
}

}  // namespace

void add_stats(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "stats", "Statistics and histograms of the weights");
    auto path = std::make_shared<std::string>();
    auto glob = std::make_shared<std::string>("*");
    command->add_option("MODEL", *path, "A .gguf or .safetensors file, or a model directory")
        ->required();
    command->add_option("--tensor", *glob, "Only tensors whose name matches this glob");
    command->callback([&settings, path, glob] {
        const auto model = Model::open(*path);
        const auto tensors = matching(*model, *glob);
        const Progress progress = terminal_progress(settings);
        nlohmann::ordered_json json = {{"tensors", nlohmann::ordered_json::array()}};
        Table table({"tensor", "mean", "sigma", "min", "max", "kurtosis", "beyond 6 sigma"});
        TensorProfile last;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const ModelTensor& tensor = *tensors[i];
            progress.report(static_cast<double>(i) / static_cast<double>(tensors.size()),
                            Sentence("{}", tensor.name));
            if (!can_decode(tensor.dtype)) {
                table.add({escaped(tensor.name), "-", "-", "-", "-", "-", "-"});
                json["tensors"].push_back(
                    {{"name", tensor.name}, {"dtype", tensor.stored_as()}, {"decodable", false}});
                continue;
            }
            last = profile(*model->rows(tensor), progress);
            const Statistics& s = last.statistics;
            json["tensors"].push_back(to_json(tensor, last));
            table.add({escaped(tensor.name), fmt::format("{:.3g}", s.mean),
                       fmt::format("{:.4g}", s.stddev), fmt::format("{:.4g}", s.min),
                       fmt::format("{:.4g}", s.max), fmt::format("{:.2f}", s.kurtosis),
                       std::to_string(s.outliers)});
        }
        finish_progress();
        if (settings.json) {
            print_json(json);
            return;
        }
        table.print();
        if (tensors.size() == 1 && can_decode(tensors.front()->dtype)) {
            print_one(*tensors.front(), last);
        }
    });
}

}  // namespace ql::cli
