#include "app/cli/plan_options.h"

#include <filesystem>
#include <map>

#include <fmt/core.h>

#include "core/base/error.h"
#include "core/model/resolve_plan.h"

namespace ql::cli {

void add_plan_options(CLI::App& command, PlanOptions& options) {
    command
        .add_option("--tensor-type", options.tensor_types,
                    "PATTERN=SCHEME for the tensors in whose name the regular expression is found; "
                    "may be repeated, the first that matches wins")
        ->allow_extra_args(false);
    command.add_option("--imatrix", options.imatrix,
                       "Importance matrix of llama.cpp (.gguf or .dat) for schemes with +imatrix");
}

void add_tensor_types(const PlanOptions& options, Plan& plan) {
    // Of a plan's rules the last that matches wins.
    for (auto text = options.tensor_types.rbegin(); text != options.tensor_types.rend(); ++text) {
        plan.rules.push_back(parse_tensor_type(*text));
    }
}

std::shared_ptr<const ImportanceMatrix> read_importance(const PlanOptions& options) {
    refuse_calibration_file(options.imatrix, "--imatrix takes an importance matrix (.gguf, .dat)");
    return options.imatrix.empty()
               ? nullptr
               : std::make_shared<const ImportanceMatrix>(read_imatrix(options.imatrix));
}

void require_importance(const Plan& plan, const ImportanceMatrix* importance) {
    if (importance == nullptr && plan.uses_importance()) {
        throw Error(ErrorCode::usage,
                    Sentence(QL_TR("core",
                                   "The scheme {} weights errors by importance: name an importance "
                                   "matrix with --imatrix FILE."),
                             format(plan)));
    }
}

void check_effect(const Settings& settings, const Plan& plan, const Model& model,
                  const ImportanceMatrix* importance) {
    const std::vector<PlanEntry> entries = resolve_plan(plan, model, importance);
    std::map<std::string, std::vector<std::size_t>> by_reason;
    bool effect = false;
    for (std::size_t t = 0; t < entries.size(); ++t) {
        effect = effect || entries[t].scheme.has_value();
        if (!entries[t].fallback.empty()) {
            by_reason[entries[t].fallback.english()].push_back(t);
        }
    }
    if (!effect && !by_reason.empty()) {
        throw Error(ErrorCode::usage, Sentence(QL_TR("core", "{} fits no tensor of this model: {}"),
                                               format(plan), by_reason.begin()->first));
    }
    if (settings.json || settings.quiet) {
        return;
    }
    for (const auto& [reason, tensors] : by_reason) {
        const std::optional<Scheme>& instead = entries[tensors.front()].scheme;
        fmt::print(stderr, "note: {}: {} {} something else, among them {} ({}): {}\n", format(plan),
                   counted(tensors.size(), "tensor"), tensors.size() == 1 ? "gets" : "get",
                   for_terminal(model.tensors()[tensors.front()].name),
                   instead ? format(*instead) : "as it is stored", for_terminal(reason));
    }
}

void refuse_calibration_file(const std::string& path, const char* wanted) {
    if (std::filesystem::path(path).extension() == ".qlcal") {
        throw Error(
            ErrorCode::usage,
            Sentence(QL_TR("core", "This is a calibration, which the window opens; {}."), wanted),
            path);
    }
}

}  // namespace ql::cli
