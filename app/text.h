#pragma once

#include <QString>

#include "core/base/error.h"

namespace ql::gui {

/// A sentence of core in the user's language; the English one where there is no translation.
QString translated(const Sentence& sentence);

/// What happened, and to what: "model.gguf: The header is 12 bytes long, …".
QString translated(const Error& error);

}  // namespace ql::gui
