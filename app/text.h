#pragma once

#include <QString>
#include <string_view>

#include "core/base/error.h"

namespace ql::gui {

/// Text of core as it is: names of types and roles, titles.
QString toQString(std::string_view text);

/// A sentence of core in the user's language; the English one where there is no translation.
QString translated(const Sentence& sentence);

/// What happened, and to what: "model.gguf: The header is 12 bytes long, …".
QString translated(const Error& error);

}  // namespace ql::gui
