#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/tensor/dtype.h"

namespace ql {

struct SafetensorsTensor {
    std::string name;
    DType dtype = DType::f32;
    Shape shape;
    std::uint64_t offset = 0;  ///< from the start of the file
    std::uint64_t bytes = 0;
};

struct SafetensorsHeader {
    std::vector<SafetensorsTensor> tensors;  ///< in the order of their data
    std::map<std::string, std::string> metadata;
};

/// Parses and checks the header of a safetensors file of which `file` is the whole content, with
/// every rule of the reference reader (sorted ranges tile the data exactly, sizes match shapes, no
/// duplicate names, header of at most 100,000,000 bytes). Throws Error(bad_file).
SafetensorsHeader parse_safetensors(std::span<const std::byte> file);

}  // namespace ql
