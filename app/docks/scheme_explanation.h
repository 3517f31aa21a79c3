#pragma once

#include <QString>

#include "core/grids/grid_spec.h"

namespace ql::gui {

/// What a grid does, in a sentence or two, for someone who meets it for the first time.
QString gridExplanation(const GridSpec& grid);

/// Bits per weight and how they come about: "4 + 16/32 = 4.50 bits per weight". Of a grid per
/// channel or per tensor for a row of `cols` weights.
QString bitsFormula(const GridSpec& grid, std::int64_t rows, std::int64_t cols);

}  // namespace ql::gui
