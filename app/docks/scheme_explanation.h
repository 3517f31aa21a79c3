#pragma once

#include <QString>

#include "core/grids/fit.h"
#include "core/grids/grid_spec.h"

namespace ql::gui {

/// What a grid does, in a sentence or two, for someone who meets it for the first time.
QString gridExplanation(const GridSpec& grid);

/// What a fit does beyond the reference; empty for the reference.
QString fitExplanation(const Fit& fit);

/// What a recipe with this base type does.
QString recipeExplanation(DType base);

/// What a plan without a base does.
QString keepExplanation();

/// Bits per weight with two decimals at least and four at most: "4.50", "3.4375".
QString bitsText(double bits);

/// Bits per weight and how they come about: "4 + 16/32 = 4.50 bits per weight". Of a grid per
/// channel or per tensor for a row of `cols` weights.
QString bitsFormula(const GridSpec& grid, std::int64_t rows, std::int64_t cols);

}  // namespace ql::gui
