#include "core/grids/k_blocks.h"
#include "core/grids/k_layout.h"
#include "core/tensor/convert.h"

namespace ql {

void decode_k_blocks(DType dtype, const std::byte* bytes, std::size_t blocks, float* out) {
    const std::size_t count = sub_block_values(dtype);
    for (std::size_t i = 0; i < blocks; ++i) {
        const KBlock block = unpack_k_block(dtype, bytes + i * traits(dtype).block_bytes);
        for (std::size_t j = 0; j < kSuperBlockValues; ++j) {
            const float scale =
                half_to_float(block.d) * static_cast<float>(block.scales[j / count]);
            const float minimum =
                half_to_float(block.dmin) * static_cast<float>(block.mins[j / count]);
            *out++ = scale * static_cast<float>(block.codes[j]) - minimum;
        }
    }
}

}  // namespace ql
