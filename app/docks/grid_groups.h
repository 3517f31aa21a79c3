#pragma once

#include <QString>
#include <vector>

#include "core/tensor/dtype.h"

namespace ql::gui {

/// Storage types that belong together, from few bits to many.
struct GridGroup {
    QString title;  ///< translated: "K-quants"
    std::vector<DType> dtypes;
};

/// All types that weights can be stored as.
std::vector<GridGroup> storageGroups();

}  // namespace ql::gui
