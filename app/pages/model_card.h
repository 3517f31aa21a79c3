#pragma once

#include <optional>
#include <vector>

#include "core/model/model.h"
#include "widgets/stat_table.h"

namespace ql::gui {

/// What is known of a model's tokenizer; both parts are empty before it was read.
struct TokenizerFact {
    std::optional<bool> byteLevel;
    Sentence problem;  ///< why it cannot be read
};

/// What a model is, in rows for a table. `runnable`: nothing while that is not known yet.
std::vector<StatRow> modelFacts(const Model& model, std::optional<bool> runnable,
                                const TokenizerFact& tokenizer);

}  // namespace ql::gui
