#pragma once

#include <map>
#include <string>

#include "core/files/gguf.h"

namespace ql {

/// The tokenizer of a GGUF file as the files of a Hugging Face directory, by name:
/// tokenizer_config.json with tokenizer.json (byte-level BPE) or tokenizer.model (SentencePiece).
/// Nothing if the file has no tokenizer. The chat template is carried over as text. Throws Error as
/// Tokenizer does.
std::map<std::string, std::string> hugging_face_tokenizer(const GgufMetadata& metadata);

}  // namespace ql
