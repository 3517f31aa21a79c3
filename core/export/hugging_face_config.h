// config.json of a model in GGUF form. Only for core/export.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/model/model.h"

namespace ql {

/// With the keys that transformers reads. Throws Error(unsupported) for an architecture, or for
/// numbers, that would not come back from it as they are.
nlohmann::ordered_json hugging_face_config(const Model& model);

/// "model.layers.3.self_attn.q_proj.weight" for a tensor of such a model; empty if config.json
/// stands for it (rope_freqs), or if it has no place.
std::string hugging_face_name(const Model& model, const ModelTensor& tensor);

}  // namespace ql
