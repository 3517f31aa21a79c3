#include "core/grids/block_format.h"

#include <algorithm>
#include <array>

#include "core/grids/block_kernels.h"
#include "core/grids/fp4_blocks.h"
#include "core/grids/iq4_blocks.h"
#include "core/grids/k_blocks.h"
#include "core/grids/search_blocks.h"
#include "core/grids/search_k.h"
#include "core/grids/ternary_blocks.h"
#include "core/grids/weighted_blocks.h"

namespace ql {

namespace {

template <DType kType>
void encode_run(const BlockRun& run) {
    encode_blocks(kType, run.values, run.blocks, run.out);
}

template <DType kType>
void encode_importance_run(const BlockRun& run) {
    run.importance == nullptr ? encode_run<kType>(run) : encode_weighted(kType, run);
}

template <DType kType>
void decode_run(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_blocks(kType, bytes, blocks, out);
}

template <DType kType>
void encode_k_run(const BlockRun& run) {
    encode_k_blocks(kType, run);
}

template <DType kType>
void decode_k_run(const std::byte* bytes, std::size_t blocks, float* out) {
    decode_k_blocks(kType, bytes, blocks, out);
}

template <DType kType>
void search_scale_run(const BlockRun& run) {
    search_scale(kType, run);
}

template <DType kType>
void search_scale_minimum_run(const BlockRun& run) {
    search_scale_minimum(kType, run);
}

template <DType kType>
void search_fp4_run(const BlockRun& run) {
    search_fp4(kType, run);
}

template <DType kType>
void search_k_run(const BlockRun& run) {
    search_k(kType, run);
}

constexpr std::array kFormats = {
    BlockFormat{DType::q4_0, true, encode_importance_run<DType::q4_0>,
                search_scale_run<DType::q4_0>, decode_run<DType::q4_0>},
    BlockFormat{DType::q4_1, true, encode_importance_run<DType::q4_1>,
                search_scale_minimum_run<DType::q4_1>, decode_run<DType::q4_1>},
    BlockFormat{DType::q5_0, true, encode_importance_run<DType::q5_0>,
                search_scale_run<DType::q5_0>, decode_run<DType::q5_0>},
    BlockFormat{DType::q5_1, true, encode_importance_run<DType::q5_1>,
                search_scale_minimum_run<DType::q5_1>, decode_run<DType::q5_1>},
    BlockFormat{DType::q8_0, false, encode_run<DType::q8_0>, search_scale_run<DType::q8_0>,
                decode_run<DType::q8_0>},
    BlockFormat{DType::q2_k, true, encode_k_run<DType::q2_k>, search_k_run<DType::q2_k>,
                decode_k_run<DType::q2_k>},
    BlockFormat{DType::q3_k, true, encode_k_run<DType::q3_k>, search_k_run<DType::q3_k>,
                decode_k_run<DType::q3_k>},
    BlockFormat{DType::q4_k, true, encode_k_run<DType::q4_k>, search_k_run<DType::q4_k>,
                decode_k_run<DType::q4_k>},
    BlockFormat{DType::q5_k, true, encode_k_run<DType::q5_k>, search_k_run<DType::q5_k>,
                decode_k_run<DType::q5_k>},
    BlockFormat{DType::q6_k, true, encode_k_run<DType::q6_k>, search_k_run<DType::q6_k>,
                decode_k_run<DType::q6_k>},
    BlockFormat{DType::iq4_nl, true, encode_iq4_nl, search_scale_run<DType::iq4_nl>, decode_iq4_nl},
    BlockFormat{DType::iq4_xs, true, encode_iq4_xs, search_k_run<DType::iq4_xs>, decode_iq4_xs},
    BlockFormat{DType::mxfp4, false, encode_mxfp4, search_fp4_run<DType::mxfp4>, decode_mxfp4},
    BlockFormat{DType::nvfp4, false, encode_nvfp4, search_fp4_run<DType::nvfp4>, decode_nvfp4},
    BlockFormat{DType::tq1_0, false, encode_tq1_0, search_scale_run<DType::tq1_0>, decode_tq1_0},
    BlockFormat{DType::tq2_0, false, encode_tq2_0, search_scale_run<DType::tq2_0>, decode_tq2_0},
    BlockFormat{DType::q1_0, false, encode_q1_0, search_scale_run<DType::q1_0>, decode_q1_0},
    BlockFormat{DType::q2_0, false, encode_q2_0, search_scale_run<DType::q2_0>, decode_q2_0},
};

}  // namespace

const BlockFormat* block_format(DType dtype) {
    const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                     [&](const BlockFormat& f) { return f.dtype == dtype; });
    return found == kFormats.end() ? nullptr : found;
}

}  // namespace ql
