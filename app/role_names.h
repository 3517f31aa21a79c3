#pragma once

#include <QString>

#include "core/model/model.h"

namespace ql::gui {

/// A role in the user's language, short: "attn q", "ffn down".
QString roleTitle(Role role);

/// What a tensor is called in lists: its role; the end of its name where no role is known. Biases
/// say so.
QString tensorTitle(const ModelTensor& tensor);

/// The group under which a tensor is listed: "Embeddings", "Layer 3", "Output", or the prefix of
/// its name.
QString groupTitle(const ModelTensor& tensor);

/// "Layer 3 · ffn down": a tensor out of its context.
QString fullTitle(const ModelTensor& tensor);

}  // namespace ql::gui
