#include "core/export/stored_codes.h"

#include "core/export/stored_values.h"
#include "core/tensor/convert.h"

namespace ql {

std::uint64_t take_stored_codes(const Model& model, const ModelTensor& tensor, QuantizedTensor& out,
                                const Progress& progress) {
    const PackedTensor& packed = *tensor.packed;
    const PackedMatrix matrix(packed.format, packed.rows, packed.cols);
    std::vector<std::span<const std::byte>> parts;
    for (const std::size_t part : packed.parts) {
        parts.push_back(model.checkpoint().bytes(model.checkpoint().tensors()[part]));
    }
    out.params = matrix.params(parts);
    const auto unpack = [&](std::int64_t first, std::int64_t count, std::byte* codes,
                            std::vector<float>& decoded) {
        matrix.unpack(parts, first, count, codes);
        out.decode_rows(first, count, decoded.data());
        require_finite(decoded);
    };
    const std::uint64_t hash = make_rows(out, unpack, progress);
    model.rows(tensor)->release(0, out.rows);  // pages that chunks share
    return hash;
}

}  // namespace ql
