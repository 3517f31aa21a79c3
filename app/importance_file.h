#pragma once

#include <filesystem>
#include <memory>

#include "core/files/imatrix.h"
#include "core/model/model.h"

namespace ql::gui {

/// Whether a file says of itself that it is an importance matrix: a GGUF whose general.type is
/// "imatrix", or the older form, which is known by its name only (.dat, .imatrix). For a job.
bool holdsImportance(const std::filesystem::path& path);

/// Whether entries of the matrix belong to tensors of the model, and all of those have a value for
/// each column. True for no model.
bool fits(const Model* model, const ImportanceMatrix& importance);

/// Throws Error(bad_data) if the matrix does not fit.
void requireFit(const Model* model, const ImportanceMatrix& importance);

}  // namespace ql::gui
