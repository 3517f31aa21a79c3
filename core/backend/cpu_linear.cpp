#include <algorithm>

#include <cblas.h>

#include "core/backend/cpu_operations.h"
#include "core/backend/single_threaded_blas.h"
#include "core/backend/token_tiles.h"
#include "core/base/parallel.h"

namespace ql::cpu {

namespace {

// A tile of the result is one call of sgemm. Large tiles waste less on packing (256 × 512 was some
// 8 % faster than 256 × 256 here), small ones keep all threads busy and let a cancelled job stop
// soon: at 4096 columns a tile takes some 20 ms.
constexpr std::int64_t kTileTokens = 256;
constexpr std::int64_t kTileRows = 512;

}  // namespace

void linear(const Sequences& sequences, const LinearOp& op, const float* x, float* y,
            std::int64_t y_stride, const Progress& progress) {
    const std::vector<TokenTile> tiles = token_tiles(sequences, kTileTokens);
    const std::int64_t row_tiles = (op.rows + kTileRows - 1) / kTileRows;
    const auto count = static_cast<std::int64_t>(tiles.size()) * row_tiles;
    parallel_for(count, progress, [&](std::int64_t i) {
        // Neighbouring tiles share their rows of W, the larger of the two operands.
        const TokenTile& tile = tiles[static_cast<std::size_t>(i) % tiles.size()];
        const std::int64_t row = i / static_cast<std::int64_t>(tiles.size()) * kTileRows;
        const std::int64_t rows = std::min(kTileRows, op.rows - row);
        float* out = y + tile.first * y_stride + row;
        if (op.bias != nullptr) {
            for (std::int64_t token = 0; token < tile.count; ++token) {
                std::copy_n(op.bias + row, rows, out + token * y_stride);
            }
        }
        const SingleThreadedBlas single;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(tile.count),
                    static_cast<int>(rows), static_cast<int>(op.cols), 1.0F,
                    x + tile.first * op.cols, static_cast<int>(op.cols), op.weight + row * op.cols,
                    static_cast<int>(op.cols), op.bias != nullptr ? 1.0F : 0.0F, out,
                    static_cast<int>(y_stride));
    });
}

}  // namespace ql::cpu
