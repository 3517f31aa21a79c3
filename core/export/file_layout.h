// Where everything of an export lies in the file. Only for core/export.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/export/gguf_export.h"

namespace ql {

struct FileLayout {
    explicit FileLayout(const GgufExport& plan);

    std::vector<std::byte> header;    ///< up to the data section
    std::vector<GgufTensor> tensors;  ///< offsets from the start of the data section
    std::uint32_t alignment = 32;
    std::uint64_t file_bytes = 0;

    std::uint64_t offset_of(std::size_t tensor) const {
        return header.size() + tensors[tensor].offset;
    }
};

}  // namespace ql
