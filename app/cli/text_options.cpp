#include "app/cli/text_options.h"

#include "core/files/mapped_file.h"

namespace ql::cli {

namespace {

nlohmann::ordered_json to_json(const Distribution& d) {
    return {{"max", d.max}, {"p99_9", d.p99_9},   {"p99", d.p99}, {"p95", d.p95}, {"p90", d.p90},
            {"p75", d.p75}, {"median", d.median}, {"p25", d.p25}, {"p10", d.p10}, {"p5", d.p5},
            {"p1", d.p1},   {"p0_1", d.p0_1},     {"min", d.min}};
}

void set_mean(nlohmann::ordered_json& json, const Estimate& mean) {
    json["mean"] = mean.value;
    json["mean_error"] = mean.error;
}

}  // namespace

EvaluationOptions TextOptions::evaluation() const {
    EvaluationOptions options;
    options.state = state;
    return options;
}

void add_text_options(CLI::App& command, TextOptions& options) {
    command.add_option("--text", options.file, "A text file, in UTF-8");
    command.add_option("--context", options.context, "Tokens in a window of the text")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1} << 20))
        ->capture_default_str();
    command.add_option("--windows", options.windows, "Use only so many windows (default: all)");
    command
        .add_option("--protocol", options.protocol,
                    "gptq: score all tokens of a window; llama.cpp: its second half, as "
                    "llama-perplexity does. Numbers of the two cannot be compared")
        ->check(CLI::IsMember({"gptq", "llama.cpp"}))
        ->capture_default_str();
    command.add_option("--resume", options.state,
                       "Keep finished work in this file (what GPTQ has rounded: in FILE.gptq), and "
                       "go on from it if it is there");
}

void note_long_context(const Settings& settings, std::int64_t context, const Model& model,
                       std::string_view what_follows) {
    const auto& known = model.hyperparameters();
    const std::uint64_t trained = known ? known->context_length : 0;
    if (trained > 0 && static_cast<std::uint64_t>(context) > trained && !settings.json &&
        !settings.quiet) {
        fmt::print(stderr, "note: The model was made for {} tokens: in windows of {} {}.\n",
                   trained, context, what_follows);
    }
}

void note_activations(const Settings& settings, const StoredActivations& stored) {
    if (settings.json || settings.quiet) {
        return;
    }
    for (const Sentence& note : stored.notes()) {
        fmt::print(stderr, "note: {}\n", for_terminal(note.english()));
    }
}

EvaluationText read_text(const TextOptions& options, const Model& model, const Progress& progress) {
    const MappedFile file(options.file);
    const auto bytes = file.range(0, file.size());
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const bool llama_cpp = options.protocol == name(Protocol::llama_cpp);
    return EvaluationText::of(model, text, llama_cpp ? Protocol::llama_cpp : Protocol::gptq,
                              options.context, options.windows, progress);
}

void append(const Evaluation& evaluation, nlohmann::ordered_json& json) {
    json["perplexity"] = evaluation.perplexity.value;
    json["perplexity_error"] = evaluation.perplexity.error;
    json["nll"] = evaluation.nll;
    if (!evaluation.divergence) {
        return;
    }
    const Divergence& d = *evaluation.divergence;
    json["kl"] = to_json(d.kl);
    set_mean(json["kl"], d.mean_kl);
    json["probability_change"] = to_json(d.change);
    set_mean(json["probability_change"], d.mean_change);
    json["probability_change"]["rms"] = d.rms_change.value;
    json["probability_change"]["rms_error"] = d.rms_change.error;
    json["same_top_token"] = d.same_top.value;
    json["same_top_token_error"] = d.same_top.error;
    json["perplexity_ratio"] = d.ratio.value;
    json["perplexity_ratio_error"] = d.ratio.error;
    json["perplexity_difference"] = d.difference.value;
    json["perplexity_difference_error"] = d.difference.error;
    json["correlation"] = d.correlation;
}

}  // namespace ql::cli
