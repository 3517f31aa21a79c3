#include "core/measure/pyramid.h"

#include <algorithm>
#include <cmath>

namespace ql {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

PyramidLevel empty_level(std::int64_t scale, std::int64_t rows, std::int64_t cols) {
    PyramidLevel level{scale, ceil_div(rows, scale), ceil_div(cols, scale), {}};
    level.cells.resize(static_cast<std::size_t>(level.rows * level.cols));
    return level;
}

}  // namespace

Pyramid::Pyramid(std::int64_t matrix_rows, std::int64_t matrix_cols)
    : rows(matrix_rows), cols(matrix_cols) {
    if (rows > 0 && cols > 0) {
        levels.push_back(empty_level(kBase, rows, cols));
    }
}

void Pyramid::add_rows(std::int64_t first, std::int64_t count, const float* values) {
    PyramidLevel& base = levels.front();
    for (std::int64_t top = 0; top < count; top += kBase) {
        const std::int64_t height = std::min(kBase, count - top);
        PyramidCell* cells =
            &base.cells[static_cast<std::size_t>((first + top) / kBase * base.cols)];
        for (std::int64_t cell = 0; cell < base.cols; ++cell) {
            const std::int64_t left = cell * kBase;
            const std::int64_t width = std::min(kBase, cols - left);
            PyramidCell sum;
            float total = 0;
            bool started = false;
            for (std::int64_t y = 0; y < height; ++y) {
                const float* row = values + (top + y) * cols + left;
                for (std::int64_t x = 0; x < width; ++x) {
                    const float value = std::isfinite(row[x]) ? row[x] : 0;
                    sum.min = started ? std::min(sum.min, value) : value;
                    sum.max = started ? std::max(sum.max, value) : value;
                    total += value;
                    started = true;
                }
            }
            sum.mean = total / static_cast<float>(height * width);
            cells[cell] = sum;
        }
    }
}

void Pyramid::finish() {
    while (!levels.empty() && (levels.back().rows > 1 || levels.back().cols > 1)) {
        const PyramidLevel& fine = levels.back();
        PyramidLevel coarse = empty_level(fine.scale * 2, rows, cols);
        for (std::int64_t row = 0; row < coarse.rows; ++row) {
            for (std::int64_t col = 0; col < coarse.cols; ++col) {
                PyramidCell& cell = coarse.cells[static_cast<std::size_t>(row * coarse.cols + col)];
                cell = fine.at(row * 2, col * 2);
                double total = 0;
                double weight = 0;
                for (std::int64_t r = row * 2; r < std::min(row * 2 + 2, fine.rows); ++r) {
                    for (std::int64_t c = col * 2; c < std::min(col * 2 + 2, fine.cols); ++c) {
                        const PyramidCell& part = fine.at(r, c);
                        // Cells at the edges cover fewer weights and count accordingly.
                        const auto area =
                            static_cast<double>(std::min(fine.scale, rows - r * fine.scale) *
                                                std::min(fine.scale, cols - c * fine.scale));
                        cell.min = std::min(cell.min, part.min);
                        cell.max = std::max(cell.max, part.max);
                        total += area * static_cast<double>(part.mean);
                        weight += area;
                    }
                }
                cell.mean = static_cast<float>(total / weight);
            }
        }
        levels.push_back(std::move(coarse));
    }
}

float Pyramid::abs_max() const {
    if (levels.empty()) {
        return 0;
    }
    float worst = 0;
    for (const PyramidCell& cell : levels.back().cells) {
        worst = std::max(worst, std::fabs(cell.extreme()));
    }
    return worst;
}

}  // namespace ql
