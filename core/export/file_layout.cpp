#include "core/export/file_layout.h"

namespace ql {

FileLayout::FileLayout(const GgufExport& plan) {
    alignment =
        static_cast<std::uint32_t>(plan.metadata.uint("general.alignment").value_or(alignment));
    for (const GgufExportTensor& tensor : plan.tensors) {
        tensors.push_back({tensor.name, tensor.dtype, tensor.shape, 0, 0});
    }
    header = write_gguf_header(plan.metadata, tensors, alignment);
    file_bytes = header.size();
    if (!tensors.empty()) {
        const std::uint64_t end = tensors.back().offset + tensors.back().bytes;
        file_bytes += (end + alignment - 1) / alignment * alignment;
    }
}

}  // namespace ql
