#include "core/export/stored_codes.h"

#include "core/base/hash.h"
#include "core/base/parallel.h"
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
    const std::size_t row_bytes = out.grid->row_bytes(out.cols);
    const RowChunks chunks(out.rows, out.cols);
    std::vector<std::uint64_t> hashes(static_cast<std::size_t>(out.rows));
    parallel_for(chunks.count(), progress, [&](std::int64_t chunk) {
        const std::int64_t first = chunks.first(chunk);
        const std::int64_t count = chunks.size(chunk);
        matrix.unpack(parts, first, count,
                      out.bytes.data() + static_cast<std::size_t>(first) * row_bytes);
        std::vector<float> values(static_cast<std::size_t>(count * out.cols));
        out.decode_rows(first, count, values.data());
        require_finite(values);
        hash_rows(std::span<const float>(values),
                  std::span(hashes).subspan(static_cast<std::size_t>(first),
                                            static_cast<std::size_t>(count)));
    });
    model.rows(tensor)->release(0, out.rows);  // pages that chunks share
    return hash_row_hashes(hashes.data(), hashes.size());
}

}  // namespace ql
