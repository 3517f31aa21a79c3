#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/files/safetensors.h"

namespace ql {

/// The beginning of a safetensors file, up to the tensors' data: puts them behind one another in
/// the order given and sets their offsets (from the start of the file) and bytes. The data begins
/// at a multiple of 8. `metadata` should say {"format": "pt"}: transformers asks for it.
/// Precondition: types that safetensors knows, shapes whose bytes fit 64 bits.
std::vector<std::byte> write_safetensors_header(std::vector<SafetensorsTensor>& tensors,
                                                const std::map<std::string, std::string>& metadata);

}  // namespace ql
