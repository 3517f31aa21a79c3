#include "app/cli/plan_options.h"

#include "core/base/error.h"

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

}  // namespace ql::cli
