#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/schemes/scheme.h"

namespace ql::cli {

namespace {

/// Bits per weight in a matrix of the size of a usual linear.
double usual_bits(const GridSpec& spec) {
    constexpr std::int64_t kSide = 4096;
    return make_grid(spec)->bits_stored(kSide, kSide) / static_cast<double>(kSide * kSide);
}

std::vector<GridSpec> textbook_grids() {
    return {TextbookGrid{TextbookKind::symmetric, 8}, TextbookGrid{TextbookKind::asymmetric, 8},
            TextbookGrid{TextbookKind::q4_0, 4}};
}

void print_human() {
    fmt::print("A scheme is a text: a grid, or the name of a preset.\n\n");
    Table grids({"grid", "bits/weight", "what it is"}, {2});
    for (const DType dtype : encodable_dtypes()) {
        const bool block = traits(dtype).block_values > 1;
        grids.add({format(StorageGrid{dtype}),
                   fmt::format("{:.4g}", usual_bits(StorageGrid{dtype})),
                   block ? fmt::format("GGUF blocks of {} weights", traits(dtype).block_values)
                         : "plain floats; covers every matrix, not only the linears"});
    }
    grids.add(
        {"int2 … int8", "", "integers; add :tensor, :channel or :gN (N columns share a scale),"});
    grids.add({"", "", ":sym (scale 2a/(2^b-1)), :narrow (a/(2^(b-1)-1)) or :asym (zero point),"});
    grids.add({"", "", "and :bf16 or :f32 for the scales (else f16)"});
    for (const GridSpec& spec : textbook_grids()) {
        grids.add({format(spec), fmt::format("{:.4g}", usual_bits(spec)),
                   "simplified textbook code, to see what it costs; not exportable"});
    }
    grids.print();
    fmt::print("\n");
    Table table({"preset", "text", "bits/weight", "what it is"}, {1, 3});
    for (const Preset& preset : presets()) {
        table.add({std::string(preset.name), std::string(preset.text),
                   fmt::format("{:.4g}", usual_bits(parse_scheme(preset.text).grid)),
                   preset.description.english()});
    }
    table.print();
    fmt::print(
        "\nBits per weight are of a 4096 × 4096 matrix. GGUF holds the block and float grids.\n");
}

nlohmann::ordered_json to_json() {
    nlohmann::ordered_json json;
    for (const DType dtype : encodable_dtypes()) {
        json["grids"].push_back({{"text", format(StorageGrid{dtype})},
                                 {"bits_per_weight", usual_bits(StorageGrid{dtype})},
                                 {"block", traits(dtype).block_values},
                                 {"gguf", true}});
    }
    json["integer"] = {{"bits", {2, 3, 4, 5, 6, 7, 8}},
                       {"granularity", {"tensor", "channel", "gN"}},
                       {"symmetry", {"sym", "narrow", "asym"}},
                       {"scale", {"f16", "bf16", "f32"}},
                       {"gguf", false}};
    for (const GridSpec& spec : textbook_grids()) {
        json["textbook"].push_back({{"text", format(spec)}, {"exportable", false}});
    }
    for (const Preset& preset : presets()) {
        json["presets"].push_back({{"name", preset.name},
                                   {"title", preset.title},
                                   {"text", preset.text},
                                   {"description", preset.description.english()}});
    }
    return json;
}

}  // namespace

void add_schemes(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "schemes", "Presets, grids, and how a scheme is written");
    command->callback([&settings] {
        if (settings.json) {
            print_json(to_json());
        } else {
            print_human();
        }
    });
}

}  // namespace ql::cli
