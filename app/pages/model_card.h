#pragma once

#include <optional>
#include <vector>

#include "core/model/model.h"
#include "widgets/stat_table.h"

namespace ql::gui {

/// What a model is, in rows for a table. `runnable`: nothing while that is not known yet.
std::vector<StatRow> modelFacts(const Model& model, std::optional<bool> runnable);

}  // namespace ql::gui
