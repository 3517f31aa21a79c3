#pragma once

#include <QString>

#include "core/schemes/scheme.h"

namespace ql::gui {

/// What the editor's grid box holds: the grid's text without parameters.
QString gridKey(const GridSpec& grid);

/// The grid of a key, with as much as possible of what was chosen before.
GridSpec gridOf(const QString& key, const GridSpec& before);

/// The scheme without what its grid does not go with.
Scheme supported(Scheme scheme);

}  // namespace ql::gui
