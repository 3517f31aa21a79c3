#include <algorithm>

#include <cblas.h>

#include "core/backend/cpu_kernels.h"
#include "core/backend/cpu_operations.h"
#include "core/backend/single_threaded_blas.h"
#include "core/base/parallel.h"

namespace ql::cpu {

namespace {

// Queries that are scored together: enough for sgemm to run well, few enough that the scores of one
// head (this times the keys) stay in the second-level cache at usual lengths.
constexpr std::int64_t kQueries = 64;

/// Queries [first, first + count) of a sequence that begins at token `begin`, in one head.
struct QueryBlock {
    std::int64_t begin = 0;
    std::int64_t first = 0;
    std::int64_t count = 0;
    std::int64_t head = 0;
};

std::vector<QueryBlock> query_blocks(const Sequences& sequences, std::int64_t heads) {
    std::vector<QueryBlock> blocks;
    std::int64_t begin = 0;
    for (const std::int64_t length : sequences.lengths()) {
        // Last queries first: they see most keys, and short work at the end keeps threads even.
        for (std::int64_t i = (length - 1) / kQueries; length > 0 && i >= 0; --i) {
            const std::int64_t first = i * kQueries;
            for (std::int64_t head = 0; head < heads; ++head) {
                blocks.push_back({begin, first, std::min(kQueries, length - first), head});
            }
        }
        begin += length;
    }
    return blocks;
}

std::int64_t first_key(std::int64_t query, std::int64_t window) {
    return window > 0 ? std::max<std::int64_t>(0, query - window + 1) : 0;
}

void attend(const QueryBlock& block, const AttentionOp& op, const float* qkv, float* out) {
    const auto stride = static_cast<int>(op.qkv_width());
    const auto dim = static_cast<int>(op.head_dim);
    const std::int64_t kv_head = block.head / (op.heads / op.kv_heads);
    const std::int64_t key_begin = first_key(block.first, op.window);
    const std::int64_t keys = block.first + block.count - key_begin;
    const float* q = qkv + (block.begin + block.first) * stride + block.head * dim;
    const float* k = qkv + (block.begin + key_begin) * stride + (op.heads + kv_head) * dim;
    const float* v = k + op.kv_heads * dim;
    std::vector<float> scores(static_cast<std::size_t>(block.count * keys));
    std::vector<float> inverse_sums(static_cast<std::size_t>(block.count));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(block.count),
                static_cast<int>(keys), dim, op.scale, q, stride, k, stride, 0, scores.data(),
                static_cast<int>(keys));
    for (std::int64_t i = 0; i < block.count; ++i) {
        float* row = scores.data() + i * keys;
        const std::int64_t begin = first_key(block.first + i, op.window) - key_begin;
        const std::int64_t end = block.first + i + 1 - key_begin;
        std::fill(row, row + begin, 0.0F);
        inverse_sums[static_cast<std::size_t>(i)] = static_cast<float>(
            1 / exponentiate(row + begin, static_cast<std::size_t>(end - begin), op.softcap));
        std::fill(row + end, row + keys, 0.0F);
    }
    const auto out_stride = static_cast<int>(op.q_width());
    float* result = out + (block.begin + block.first) * out_stride + block.head * dim;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(block.count), dim,
                static_cast<int>(keys), 1, scores.data(), static_cast<int>(keys), v, stride, 0,
                result, out_stride);
    for (std::int64_t i = 0; i < block.count; ++i) {
        for (int c = 0; c < dim; ++c) {
            result[i * out_stride + c] *= inverse_sums[static_cast<std::size_t>(i)];
        }
    }
}

}  // namespace

void attention(const Sequences& sequences, const AttentionOp& op, const float* qkv, float* out,
               const Progress& progress) {
    const std::vector<QueryBlock> blocks = query_blocks(sequences, op.heads);
    parallel_for(static_cast<std::int64_t>(blocks.size()), progress, [&](std::int64_t i) {
        const SingleThreadedBlas single;
        attend(blocks[static_cast<std::size_t>(i)], op, qkv, out);
    });
}

}  // namespace ql::cpu
