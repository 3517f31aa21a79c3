#include <fmt/core.h>

#include "app/cli/calibration_options.h"
#include "app/cli/commands.h"
#include "app/cli/plan_options.h"
#include "app/cli/text_options.h"
#include "core/model/resolve_plan.h"
#include "core/run/activation_rounding.h"
#include "core/run/other_checkpoint.h"
#include "core/run/predictions.h"

namespace ql::cli {

namespace {

struct Arguments {
    std::string model;
    std::string plan;
    std::string scheme;
    std::string original;
    bool kl = false;
    TextOptions text;
    CalibrationChoice calibration;
    PlanOptions plan_options;
};

void print_row(const char* what, const Estimate& estimate, const char* unit = "") {
    fmt::print("  {:<22} {:>12} ± {}{}\n", what, human_number(estimate.value),
               human_number(estimate.error), unit);
}

void print_row(const char* what, double value, const char* unit = "") {
    fmt::print("  {:<22} {:>12}{}\n", what, human_number(value), unit);
}

Estimate in_percent(const Estimate& share) { return {100 * share.value, 100 * share.error}; }

void print(const Divergence& d) {
    print_row("perplexity / original", d.ratio);
    print_row("mean KL divergence", d.mean_kl);
    print_row("  maximum", d.kl.max);
    print_row("  99.9 %", d.kl.p99_9);
    print_row("  99 %", d.kl.p99);
    print_row("  median", d.kl.median);
    print_row("same top token", in_percent(d.same_top), " %");
    print_row("RMS change of p", in_percent(d.rms_change), " %");
    print_row("correlation", 100 * d.correlation, " %");
}

void print(const Evaluation& evaluation, const std::string& activations,
           const EvaluationText& text) {
    fmt::print("{}\n", for_terminal(evaluation.label));
    print_row("perplexity", evaluation.perplexity);
    if (evaluation.divergence) {
        print(*evaluation.divergence);
    }
    if (!activations.empty()) {
        fmt::print("  {:<22} {:>12}\n", "activations rounded", activations);
    }
    fmt::print("  {} scored in {} of {}, protocol {}\n", counted(evaluation.tokens, "token"),
               counted(text.windows.size(), "window"), text.context, name(text.protocol));
}

/// The original, if asked for or if there is nothing else, and the model with the scheme: `stored`
/// becomes what that keeps.
std::vector<EvaluatedModel> models_of(const Settings& settings, const Arguments& arguments,
                                      const std::shared_ptr<const Model>& model, RoundingFile& kept,
                                      StoredActivations& stored, const Progress& progress) {
    std::vector<EvaluatedModel> models;
    const bool changed = !arguments.scheme.empty() || !arguments.plan.empty() ||
                         !arguments.plan_options.tensor_types.empty();
    if (arguments.kl || !changed) {
        models.push_back(original(model));
    }
    if (changed) {
        Plan plan = !arguments.plan.empty()    ? read_plan(arguments.plan)
                    : arguments.scheme.empty() ? parse_plan("keep")
                                               : parse_plan(arguments.scheme);
        const auto importance = read_importance(arguments.plan_options);
        add_tensor_types(arguments.plan_options, plan);
        require_importance(plan, importance.get());
        check_effect(settings, plan, *model, importance.get());
        stored = kept_activations(*model, resolve_plan(plan, *model, importance.get()));
        if (plan.uses_calibration()) {
            note_long_context(settings, arguments.calibration.context, *model, kCalibratesWorse);
        }
        const CalibratedPlan calibrated =
            calibrate_plan(model, plan, importance, arguments.calibration, kept, progress);
        models.push_back({format(plan), calibrated.weights(model, plan, importance)});
    }
    return models;
}

/// A model as it is stored, beside the one that it was made of.
std::vector<EvaluatedModel> with_its_original(const std::shared_ptr<const Model>& first,
                                              const std::string& path,
                                              const std::shared_ptr<const Model>& other) {
    EvaluatedModel as_it_was = original(first);
    as_it_was.label = fmt::format("{} (the original)", first->checkpoint().path().string());
    return {as_it_was, {path, std::make_shared<OtherCheckpoint>(first, other)}};
}

/// What was measured of a model, and how its activations were stored.
void append_with(const Evaluation& evaluation, const std::string& activations,
                 nlohmann::ordered_json& json) {
    append(evaluation, json);
    json["activations"] =
        activations.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(activations);
}

void run(const Settings& settings, const Arguments& arguments) {
    RoundingFile kept(arguments.text.rounding());
    const bool compared = !arguments.original.empty();
    const auto named = Model::open(arguments.model);
    const auto model = compared ? Model::open(arguments.original) : named;
    const Decoder decoder(model);
    note_long_context(settings, arguments.text.context, *model, kPredictsWorse);
    const Progress progress = terminal_progress(settings);
    StoredActivations stored(*named);
    const std::vector<EvaluatedModel> models =
        compared ? with_its_original(model, arguments.model, named)
                 : models_of(settings, arguments, model, kept, stored, progress);
    note_activations(settings, stored);
    const EvaluationText text = read_text(arguments.text, *model, progress);
    const auto results = evaluate(decoder, models, text, arguments.text.evaluation(), progress);
    kept.remove();
    finish_progress();
    const auto activations = [&](std::size_t m) {
        return rounded_activations(*models[m].weights, decoder.blocks());
    };
    if (!settings.json) {
        for (std::size_t m = 0; m < results.size(); ++m) {
            print(results[m], activations(m), text);
        }
        return;
    }
    nlohmann::ordered_json json = {{"scheme", results.back().label}};
    append_with(results.back(), activations(results.size() - 1), json);
    json["notes"] = nlohmann::ordered_json::array();
    for (const Sentence& note : stored.notes()) {
        json["notes"].push_back(note.english());
    }
    json["protocol"] = name(text.protocol);
    json["context"] = text.context;
    json["windows"] = text.windows.size();
    json["tokens_scored"] = results.back().tokens;
    if (results.size() > 1) {
        append_with(results.front(), activations(0), json["original"]);
    }
    print_json(json);
}

}  // namespace

void add_perplexity(CLI::App& app, Settings& settings) {
    CLI::App* command =
        add_command(app, settings, "perplexity",
                    "How well a model, or what a scheme makes of it, predicts a text");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("MODEL", arguments->model, "A .gguf file, or a model directory")
        ->required();
    CLI::Option* scheme =
        command->add_option("--scheme", arguments->scheme, "Scheme or recipe (default: as stored)");
    CLI::Option* plan =
        command->add_option("--plan", arguments->plan, "JSON file with rules: tensor -> scheme")
            ->excludes(scheme);
    add_plan_options(*command, arguments->plan_options);
    command
        ->add_option("--original", arguments->original,
                     "The model that MODEL was quantized from, to compare with")
        ->excludes(scheme)
        ->excludes(plan)
        ->excludes("--tensor-type");
    command->add_flag("--kl", arguments->kl, "Also how far predictions are from the original's");
    add_text_options(*command, arguments->text);
    add_calibration_options(*command, arguments->calibration);
    command->get_option("--text")->required();
    command->callback([&settings, arguments] { run(settings, *arguments); });
}

}  // namespace ql::cli
