#include "core/grids/block_format.h"

#include <algorithm>
#include <array>

#include "core/grids/block_kernels.h"
#include "core/grids/search_blocks.h"

namespace ql {

namespace {

template <DType kType>
void encode_run(const BlockRun& run) {
    encode_blocks(kType, run.values, run.blocks, run.out);
}

template <DType kType>
void decode_run(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_blocks(kType, bytes, blocks, out);
}

template <DType kType>
void search_scale_run(const BlockRun& run) {
    search_scale(kType, run);
}

template <DType kType>
void search_scale_minimum_run(const BlockRun& run) {
    search_scale_minimum(kType, run);
}

constexpr std::array kFormats = {
    BlockFormat{DType::q4_0, encode_run<DType::q4_0>, search_scale_run<DType::q4_0>,
                decode_run<DType::q4_0>},
    BlockFormat{DType::q4_1, encode_run<DType::q4_1>, search_scale_minimum_run<DType::q4_1>,
                decode_run<DType::q4_1>},
    BlockFormat{DType::q5_0, encode_run<DType::q5_0>, search_scale_run<DType::q5_0>,
                decode_run<DType::q5_0>},
    BlockFormat{DType::q5_1, encode_run<DType::q5_1>, search_scale_minimum_run<DType::q5_1>,
                decode_run<DType::q5_1>},
    BlockFormat{DType::q8_0, encode_run<DType::q8_0>, search_scale_run<DType::q8_0>,
                decode_run<DType::q8_0>},
};

}  // namespace

const BlockFormat* block_format(DType dtype) {
    const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                     [&](const BlockFormat& f) { return f.dtype == dtype; });
    return found == kFormats.end() ? nullptr : found;
}

}  // namespace ql
