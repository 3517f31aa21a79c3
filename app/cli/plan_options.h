// What commands with schemes share: rules for single tensors and importance.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/output.h"
#include "core/files/imatrix.h"
#include "core/model/model.h"
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

/// Throws Error(usage) with the reason if a plan's scheme fits none of the tensors that it is for;
/// else tells on stderr which tensors get something else, one line for each reason. `importance`
/// may be null.
void check_effect(const Settings& settings, const Plan& plan, const Model& model,
                  const ImportanceMatrix* importance);

/// A calibration's file that is given where something else is wanted: throws Error(usage).
void refuse_calibration_file(const std::string& path, const char* wanted);

}  // namespace ql::cli
