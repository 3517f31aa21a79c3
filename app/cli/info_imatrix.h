#pragma once

#include "app/cli/output.h"
#include "core/files/imatrix.h"

namespace ql::cli {

/// What `info` says of an importance matrix: where it comes from, and statistics of its entries.
void show_imatrix(const Settings& settings, const ImportanceMatrix& matrix);

}  // namespace ql::cli
