#pragma once

#include <cstdint>
#include <vector>

namespace ql {

/// What a cell of a heatmap pyramid keeps of the weights it covers: signed extremes, so that no
/// outlier is lost, and the mean.
struct PyramidCell {
    float min = 0;
    float max = 0;
    float mean = 0;
    /// The extreme of larger magnitude, with its sign.
    float extreme() const { return -min > max ? min : max; }
};

/// One level: ceil(rows / scale) x ceil(cols / scale) cells, row by row, each covering
/// scale x scale weights (fewer at the right and lower edges).
struct PyramidLevel {
    std::int64_t scale = 1;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<PyramidCell> cells;
    const PyramidCell& at(std::int64_t row, std::int64_t col) const {
        return cells[static_cast<std::size_t>(row * cols + col)];
    }
};

/// A matrix at falling resolutions: level 0 covers 4 x 4 weights a cell (a float copy of the matrix
/// is never kept), each next level 2 x 2 cells of the one before, down to a single cell.
struct Pyramid {
    static constexpr std::int64_t kBase = 4;

    std::int64_t rows = 0;  ///< of the matrix
    std::int64_t cols = 0;
    std::vector<PyramidLevel> levels;

    Pyramid() = default;
    Pyramid(std::int64_t matrix_rows, std::int64_t matrix_cols);

    /// Fills the level-0 cells of rows [first, first + count); `first` must be a multiple of kBase.
    /// Different rows may be added from different threads. Non-finite values count as 0.
    void add_rows(std::int64_t first, std::int64_t count, const float* values);
    /// Makes the coarser levels from level 0.
    void finish();
    /// Largest magnitude of all.
    float abs_max() const;
};

}  // namespace ql
