#include <fmt/core.h>

#include "app/cli/commands.h"
#include "core/schemes/recipes.h"
#include "core/schemes/scheme.h"

namespace ql::cli {

namespace {

/// Bits per weight in a matrix of the size of a usual linear.
double usual_bits(const GridSpec& spec) {
    constexpr std::int64_t kSide = 4096;
    return make_grid(spec)->bits_stored(kSide, kSide) / static_cast<double>(kSide * kSide);
}

/// The fits beside the reference that a grid has, as they are written after it.
std::vector<std::string> fits_of(const GridSpec& spec) {
    std::vector<std::string> fits;
    for (const Fit& fit :
         {Fit{.importance = true}, Fit{.search = true}, Fit{.importance = true, .search = true}}) {
        if (!make_grid(spec)->refuses_fit(fit)) {
            fits.push_back(format(fit));
        }
    }
    return fits;
}

std::vector<GridSpec> textbook_grids() {
    return {TextbookGrid{TextbookKind::symmetric, 8}, TextbookGrid{TextbookKind::asymmetric, 8},
            TextbookGrid{TextbookKind::q4_0, 4}};
}

std::vector<GridSpec> fp8_grids() {
    std::vector<GridSpec> all;
    for (const DType dtype : {DType::f8_e4m3, DType::f8_e5m2}) {
        for (const Fp8Scaling scaling :
             {Fp8Scaling::tensor, Fp8Scaling::channel, Fp8Scaling::block}) {
            all.emplace_back(Fp8Grid{dtype, scaling});
        }
    }
    return all;
}

void print_human() {
    fmt::print(
        "A scheme is a text: a transform if it has one, a grid or the name of a preset, a fit, a "
        "rounding.\n\n");
    Table grids({"grid", "bits/weight", "fits", "what it is"}, {2, 3});
    for (const DType dtype : encodable_dtypes()) {
        const bool block = traits(dtype).block_values > 1;
        grids.add({format(StorageGrid{dtype}),
                   fmt::format("{:.4g}", usual_bits(StorageGrid{dtype})),
                   fmt::format("{}", fmt::join(fits_of(StorageGrid{dtype}), " ")),
                   block ? fmt::format("GGUF blocks of {} weights", traits(dtype).block_values)
                         : "plain floats; covers every matrix, not only the linears"});
    }
    grids.add({"int2 … int8", "", "",
               "integers; add :tensor, :channel or :gN (N columns share a scale),"});
    grids.add(
        {"", "", "", ":sym (scale 2a/(2^b-1)), :narrow (a/(2^(b-1)-1)) or :asym (zero point),"});
    grids.add({"", "", "", "and :bf16 or :f32 for the scales (else f16)"});
    for (const GridSpec& spec : fp8_grids()) {
        const bool block = std::get<Fp8Grid>(spec).scaling == Fp8Scaling::block;
        grids.add({format(spec), fmt::format("{:.4g}", usual_bits(spec)), "",
                   block ? "8-bit floats; 128 × 128 weights share a scale in f32"
                         : "8-bit floats, with a scale in f32"});
    }
    for (const GridSpec& spec : textbook_grids()) {
        grids.add({format(spec), fmt::format("{:.4g}", usual_bits(spec)), "",
                   "simplified textbook code, to see what it costs; not exportable"});
    }
    grids.print();
    fmt::print(
        "\n+imatrix weights errors by an importance matrix (--imatrix FILE); +search is our own\n"
        "search for the lowest error.\n"
        "awq/ before the grid scales columns by what the model reads on a text (--calibration "
        "FILE),"
        "\nsmooth(0.5)/ moves outliers of activations into the weights, and +clip cuts weights off "
        "where\nthat helps the group's output; all grids with codes take the first two.\n"
        "+gptq rounds column by column, later weights making up for the errors of earlier ones, "
        "by\n"
        "what the model reads on a text (--calibration FILE). Options: +gptq(damp=0.01,\n"
        "order=static|group|none,independent,refit,gptaq). Every grid but floats, textbook and "
        "tq1_0 "
        "has it.\nFits that +imatrix can weight are weighted by the same inputs where it is not "
        "named.\n"
        "@… says how activations are stored while the model runs, for example @int8:token:");
    for (const Activations& activations : all_activations()) {
        fmt::print(" @{}", format(activations));
    }
    fmt::print(
        "\n(a scale for each token, for each sequence of tokens, or one that a calibration has "
        "found).\n\n");
    Table table({"preset", "text", "bits/weight", "what it is"}, {1, 3});
    for (const Preset& preset : presets()) {
        table.add({std::string(preset.name), std::string(preset.text),
                   fmt::format("{:.4g}", usual_bits(parse_scheme(preset.text).grid)),
                   preset.description.english()});
    }
    table.print();
    fmt::print("\n");
    Table mixtures({"recipe", "mostly", "written"}, {1, 2});
    for (const RecipeInfo& recipe : recipes()) {
        mixtures.add({std::string(recipe.name), format(StorageGrid{recipe.base}),
                      format(Plan{Recipe{std::string(recipe.name)}, {}})});
    }
    mixtures.print();
    fmt::print(
        "\nA recipe is one of llama.cpp's mixtures: a type for all matrices, better ones for those"
        "\nthat suffer most. Names that are no grid may stand alone: q4_k_m, q4_k_m+imatrix.\n");
    fmt::print(
        "\nBits per weight are of a 4096 × 4096 matrix. GGUF holds the block and float grids.\n");
}

nlohmann::ordered_json to_json() {
    nlohmann::ordered_json json;
    for (const DType dtype : encodable_dtypes()) {
        json["grids"].push_back({{"text", format(StorageGrid{dtype})},
                                 {"bits_per_weight", usual_bits(StorageGrid{dtype})},
                                 {"block", traits(dtype).block_values},
                                 {"fits", fits_of(StorageGrid{dtype})},
                                 {"gptq", can_compensate(*make_grid(StorageGrid{dtype}))},
                                 {"gguf", true}});
    }
    json["integer"] = {{"bits", {2, 3, 4, 5, 6, 7, 8}},
                       {"granularity", {"tensor", "channel", "gN"}},
                       {"symmetry", {"sym", "narrow", "asym"}},
                       {"scale", {"f16", "bf16", "f32"}},
                       {"gguf", false}};
    for (const GridSpec& spec : fp8_grids()) {
        json["fp8"].push_back(
            {{"text", format(spec)}, {"bits_per_weight", usual_bits(spec)}, {"gguf", false}});
    }
    for (const Activations& activations : all_activations()) {
        json["activations"].push_back(format(activations));
    }
    for (const GridSpec& spec : textbook_grids()) {
        json["textbook"].push_back({{"text", format(spec)}, {"exportable", false}});
    }
    for (const Preset& preset : presets()) {
        json["presets"].push_back({{"name", preset.name},
                                   {"title", preset.title},
                                   {"text", preset.text},
                                   {"description", preset.description.english()}});
    }
    for (const RecipeInfo& recipe : recipes()) {
        json["recipes"].push_back({{"name", recipe.name},
                                   {"text", format(Plan{Recipe{std::string(recipe.name)}, {}})},
                                   {"base", format(StorageGrid{recipe.base})},
                                   {"file_type", recipe.file_type}});
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
