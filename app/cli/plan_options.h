// What `compare` and `quantize` share: rules for single tensors and importance.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/files/imatrix.h"
#include "core/schemes/plan.h"

namespace ql::cli {

struct PlanOptions {
    std::vector<std::string> tensor_types;  ///< --tensor-type, in the order given
    std::string imatrix;                    ///< --imatrix
};

/// Adds --tensor-type and --imatrix; `options` must outlive the parsing.
void add_plan_options(CLI::App& command, PlanOptions& options);

/// Appends the rules of --tensor-type to a plan: the first that matches wins, over every rule that
/// the plan has. Throws ParseError.
void add_tensor_types(const PlanOptions& options, Plan& plan);

/// The importance matrix, or null where none was named.
std::shared_ptr<const ImportanceMatrix> read_importance(const PlanOptions& options);

/// Throws Error(usage), with what to do, if a plan needs importance and there is none.
void require_importance(const Plan& plan, const ImportanceMatrix* importance);

}  // namespace ql::cli
