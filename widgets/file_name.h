#pragma once

#include <QString>

namespace ql::gui {

/// A name to offer for a new file, of letters, digits and ._- only: what stands between becomes a
/// dash, since a colon or a slash is not allowed everywhere.
QString safeFileName(QString name);

}  // namespace ql::gui
