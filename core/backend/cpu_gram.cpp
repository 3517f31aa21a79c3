#include <algorithm>
#include <vector>

#include <cblas.h>

#include "core/backend/cpu_operations.h"
#include "core/backend/single_threaded_blas.h"
#include "core/base/parallel.h"

namespace ql::cpu {

namespace {

// A tile of the result, and the tokens that are summed in float32 before they are added in float64:
// single-threaded calls of fixed shape, so that the bits do not depend on the number of threads.
constexpr std::int64_t kGramTile = 256;
constexpr std::int64_t kTokensAtOnce = 512;

struct Tile {
    std::int64_t row = 0;
    std::int64_t col = 0;
};

/// All tiles, or those on and above the diagonal.
std::vector<Tile> gram_tiles(std::int64_t channels, bool all) {
    std::vector<Tile> tiles;
    for (std::int64_t row = 0; row < channels; row += kGramTile) {
        for (std::int64_t col = all ? 0 : row; col < channels; col += kGramTile) {
            tiles.push_back({row, col});
        }
    }
    return tiles;
}

/// Calls add(row, col, value, beside) for the entries of aᵀ · b in some tiles, once for every piece
/// of the tokens; beside: the tile is none of the diagonal's.
template <class Add>
void add_tiles(std::int64_t tokens, std::int64_t channels, const float* a, const float* b,
               const std::vector<Tile>& tiles, const Progress& progress, const Add& add) {
    parallel_for(static_cast<std::int64_t>(tiles.size()), progress, [&](std::int64_t i) {
        const Tile& tile = tiles[static_cast<std::size_t>(i)];
        const std::int64_t rows = std::min(kGramTile, channels - tile.row);
        const std::int64_t cols = std::min(kGramTile, channels - tile.col);
        std::vector<float> product(static_cast<std::size_t>(rows * cols));
        for (std::int64_t first = 0; first < tokens; first += kTokensAtOnce) {
            const std::int64_t count = std::min(kTokensAtOnce, tokens - first);
            const SingleThreadedBlas single;
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, static_cast<int>(rows),
                        static_cast<int>(cols), static_cast<int>(count), 1.0F,
                        a + first * channels + tile.row, static_cast<int>(channels),
                        b + first * channels + tile.col, static_cast<int>(channels), 0.0F,
                        product.data(), static_cast<int>(cols));
            for (std::int64_t r = 0; r < rows; ++r) {
                for (std::int64_t c = 0; c < cols; ++c) {
                    add(tile.row + r, tile.col + c, product[static_cast<std::size_t>(r * cols + c)],
                        tile.row != tile.col);
                }
            }
        }
    });
}

}  // namespace

void add_gram(std::int64_t tokens, std::int64_t channels, const float* x, double* gram,
              const Progress& progress) {
    add_tiles(tokens, channels, x, x, gram_tiles(channels, false), progress,
              [=](std::int64_t row, std::int64_t col, double value, bool beside) {
                  gram[row * channels + col] += value;
                  if (beside) {
                      gram[col * channels + row] += value;
                  }
              });
}

void add_cross_gram(std::int64_t tokens, std::int64_t channels, const float* a, const float* b,
                    double* sum, const Progress& progress) {
    add_tiles(tokens, channels, a, b, gram_tiles(channels, true), progress,
              [=](std::int64_t row, std::int64_t col, double value, bool /*beside*/) {
                  sum[row * channels + col] += value;
              });
}

}  // namespace ql::cpu
