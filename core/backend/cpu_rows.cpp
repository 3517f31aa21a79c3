// Operations on single rows: norms, rotation, activation functions.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/backend/cpu_kernels.h"
#include "core/backend/cpu_operations.h"
#include "core/backend/token_tiles.h"
#include "core/base/parallel.h"

namespace ql::cpu {

namespace {

constexpr std::int64_t kTokens = 16;  // a thread's share: some 100 µs at usual widths

/// Calls body(token) for every token.
template <class Body>
void for_tokens(std::int64_t tokens, const Progress& progress, const Body& body) {
    parallel_for((tokens + kTokens - 1) / kTokens, progress, [&](std::int64_t chunk) {
        const std::int64_t end = std::min(tokens, (chunk + 1) * kTokens);
        for (std::int64_t token = chunk * kTokens; token < end; ++token) {
            body(token);
        }
    });
}

void norm_row(const NormOp& op, std::int64_t width, const float* x, float* y) {
    const auto count = static_cast<double>(width);
    double mean = 0;
    if (op.centred) {
        for (std::int64_t i = 0; i < width; ++i) {
            mean += x[i];
        }
        mean /= count;
    }
    double squares = 0;
    for (std::int64_t i = 0; i < width; ++i) {
        const double centred = x[i] - mean;
        squares += centred * centred;
    }
    const double scale = 1 / std::sqrt(squares / count + op.epsilon);
    for (std::int64_t i = 0; i < width; ++i) {
        const auto normed = static_cast<float>((x[i] - mean) * scale);
        y[i] = normed * op.weight[i] + (op.bias != nullptr ? op.bias[i] : 0.0F);
    }
}

/// Turns the pairs (a[i * step], b[i * step]).
void rotate(const RotationTable& table, std::int64_t position, float* head) {
    const float* cosines = table.cosines.data() + position * table.pairs;
    const float* sines = table.sines.data() + position * table.pairs;
    const std::int64_t step = table.interleaved ? 2 : 1;
    float* second = head + (table.interleaved ? 1 : table.pairs);
    for (std::int64_t i = 0; i < table.pairs; ++i) {
        const float a = head[i * step];
        const float b = second[i * step];
        head[i * step] = a * cosines[i] - b * sines[i];
        second[i * step] = b * cosines[i] + a * sines[i];
    }
}

}  // namespace

void norm(std::int64_t tokens, std::int64_t width, const NormOp& op, const float* x, float* y,
          const Progress& progress) {
    for_tokens(tokens, progress, [&](std::int64_t token) {
        norm_row(op, width, x + token * width, y + token * width);
    });
}

void heads(const Sequences& sequences, std::span<const HeadsOp> ops,
           std::span<const RotationTable* const> rotations, float* x, std::int64_t stride,
           const Progress& progress) {
    const std::vector<TokenTile> tiles = token_tiles(sequences, kTokens);
    parallel_for(static_cast<std::int64_t>(tiles.size()), progress, [&](std::int64_t i) {
        const TokenTile& tile = tiles[static_cast<std::size_t>(i)];
        for (std::int64_t token = 0; token < tile.count; ++token) {
            float* row = x + (tile.first + token) * stride;
            for (const HeadsOp& op : ops) {
                for (std::int64_t h = op.first; h < op.first + op.count; ++h) {
                    float* head = row + h * op.head_dim;
                    if (op.norm != nullptr) {
                        norm_row(*op.norm, op.head_dim, head, head);
                    }
                    rotate(*rotations[tile.sequence], tile.position + token, head);
                }
            }
        }
    });
}

void activate(std::int64_t tokens, std::int64_t width, Activation activation, bool gated,
              const float* x, float* out, const Progress& progress) {
    for_tokens(tokens, progress, [&](std::int64_t token) {
        const float* in = x + token * (gated ? 2 : 1) * width;
        activate_row(activation, in, gated ? in + width : nullptr, static_cast<std::size_t>(width),
                     out + token * width);
    });
}

}  // namespace ql::cpu
