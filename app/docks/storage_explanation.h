#pragma once

#include <QString>

#include "core/tensor/dtype.h"

namespace ql::gui {

/// What a storage type does, in a sentence or two, for someone who meets it for the first time.
QString storageExplanation(DType dtype);

/// How its bits per weight come about: "4 + (8 × (6 + 6) + 2 × 16)/256"; empty for plain floats.
QString storageSum(DType dtype);

}  // namespace ql::gui
