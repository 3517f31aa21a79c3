#pragma once

#include <QString>

#include "core/model/model.h"
#include "core/schemes/plan.h"

namespace ql::gui {

/// What the base of a plan does, in a few sentences, for someone who meets it for the first time;
/// for a scheme also its bits per weight and how they come about, "4 + 16/32 = 4.50 bits per
/// weight" (where they depend on it, of a tensor like `tensor`, which may be null). Rich text.
QString planExplanation(const Plan& plan, const ModelTensor* tensor);

/// What a recipe with this base type does.
QString recipeExplanation(DType base);

/// Bits per weight with two decimals at least and four at most: "4.50", "3.4375".
QString bitsText(double bits);

}  // namespace ql::gui
